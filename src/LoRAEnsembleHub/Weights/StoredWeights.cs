using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Weights;

/// <summary>The tensors of a file by torch.save or of a safetensors file, whichever it is by its first bytes.</summary>
internal sealed class StoredWeights : IDisposable
{
    private readonly IDisposable file;

    private StoredWeights(string path, TorchFile file)
    {
        this.file = file;
        (Path, FileBytes, IsList) = (path, file.FileBytes, file.IsList);
        Tensors = [.. file.Tensors.Select(view => (view.Name, view))];
        WithoutData = file.MetaTensors;
    }

    private StoredWeights(string path, SafetensorsFile file)
    {
        this.file = file;
        (Path, FileBytes) = (path, file.FileBytes);
        Tensors = [.. file.Tensors.Select(view => (view.Name, view))];
        WithoutData = [];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its length.</summary>
    public long FileBytes { get; }

    /// <summary>Whether tensors are named by their place in a list.</summary>
    public bool IsList { get; }

    /// <summary>Names of tensors on the meta device, of which the file has no numbers.</summary>
    public IReadOnlyList<string> WithoutData { get; }

    /// <summary>All others, in their order.</summary>
    public IReadOnlyList<(string Name, TensorView View)> Tensors { get; }

    private static ReadOnlySpan<byte> ZipSignature => "PK"u8;

    private const byte PickleProtocol = 0x80;
    private const int Opening = 9;

    /// <summary>Opens a file; nothing of a pickle is run.</summary>
    /// <exception cref="TorchFileException">A file of torch.save is malformed or refers to something foreign.</exception>
    /// <exception cref="SafetensorsException">A safetensors file is malformed.</exception>
    public static StoredWeights Open(string path) =>
        IsArchive(path) ? new StoredWeights(path, TorchFile.Open(path)) : new StoredWeights(path, SafetensorsFile.Open(path));

    /// <summary>
    /// Whether a file is by torch.save: a zip archive, or a bare pickle, which <see cref="TorchFile"/> refuses in words that fit; the length of a
    /// safetensors header may begin with the same byte, but is followed by its brace.
    /// </summary>
    public static bool IsArchive(string path)
    {
        Span<byte> start = stackalloc byte[Opening];
        using var file = File.OpenRead(path);
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        return start.StartsWith(ZipSignature) || (start is [PickleProtocol, >= 2 and <= 5, ..] && start is not [.., (byte)'{']);
    }

    public void Dispose() => file.Dispose();
}
