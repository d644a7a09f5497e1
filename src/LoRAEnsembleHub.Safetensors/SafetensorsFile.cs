using System.Diagnostics.CodeAnalysis;
using LoRAEnsembleHub.Safetensors.Header;
using LoRAEnsembleHub.Safetensors.Storage;
using LoRAEnsembleHub.Safetensors.Views;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>A safetensors file, proved in full before anything of it is handed out.</summary>
/// <remarks>
/// The rules are those of the reference library (safetensors 0.8, tensor.rs); beyond them, names and metadata keys that appear twice are
/// refused, and so are entries written as JSON arrays and what lies above <see cref="SafetensorsLimits"/>. Reading from several threads at once is safe. Disposing the file
/// ends its views: using one then throws <see cref="ObjectDisposedException"/>, except that a span taken before is not guarded, so keep
/// the file until the last span is done with.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly ByteSource source;
    private readonly Dictionary<string, TensorView> byName;

    internal SafetensorsFile(string name, string? path, FileHeader header, long dataOffset, long dataBytes, ByteSource source)
    {
        this.source = source;
        (Name, Path, Metadata, DataOffset, FileBytes) = (name, path, header.Metadata, dataOffset, dataOffset + dataBytes);
        var views = new TensorView[header.Entries.Count];
        byName = new Dictionary<string, TensorView>(views.Length, StringComparer.Ordinal);
        foreach (var (index, entry) in header.Entries.Index())
        {
            var layout = ViewLayout.Whole(entry.Dtype, entry.Shape, dataOffset + (long)entry.Begin);
            views[index] = new TensorView(source, entry.Name, layout);
            byName.Add(entry.Name, views[index]);
        }

        Tensors = Array.AsReadOnly(views);
    }

    /// <summary>The file's bare name, or the name given for a stream or for bytes.</summary>
    public string Name { get; }

    /// <summary>The path the file was opened by; null where it was read from a stream or from memory.</summary>
    public string? Path { get; }

    /// <summary>The <c>__metadata__</c> of the file; null where it has none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; }

    /// <summary>All tensors in the order of their bytes in the file.</summary>
    public IReadOnlyList<TensorView> Tensors { get; }

    /// <summary>Position of the first data byte: 8 plus the length of the header.</summary>
    public long DataOffset { get; }

    /// <summary>Length of the whole file in bytes.</summary>
    public long FileBytes { get; }

    /// <summary>The tensor of this name.</summary>
    /// <param name="name">The full name; upper and lower case differ.</param>
    /// <exception cref="SafetensorsException">There is none; the message lists names like it.</exception>
    public TensorView this[string name] =>
        TryGet(name, out var tensor) ? tensor : throw NearNames.NotFound(name, source.Label, byName.Keys);

    /// <summary>Opens a file and maps it into memory; its data is read only as far as it is looked at.</summary>
    /// <param name="path">A regular file.</param>
    /// <returns>The file, which the caller disposes.</returns>
    /// <exception cref="SafetensorsException">The file breaks a rule of the format.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read, or is a folder.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FileLoader.Open(path);
    }

    /// <summary>Opens a file as <see cref="Open"/> does, reading the header without blocking.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="cancellationToken">Ends the reading of the header.</param>
    /// <returns>The file, which the caller disposes.</returns>
    /// <exception cref="SafetensorsException">The file breaks a rule of the format.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read, or is a folder.</exception>
    public static Task<SafetensorsFile> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FileLoader.OpenAsync(path, cancellationToken);
    }

    /// <summary>Reads a file from a stream, from its present position to its end, into memory.</summary>
    /// <param name="stream">Any readable stream; it need not seek, and stays open.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The file in memory; up to 2 GiB of data.</returns>
    /// <exception cref="SafetensorsException">The stream breaks a rule of the format.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static Task<SafetensorsFile> ReadAsync(Stream stream, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return StreamLoader.ReadAsync(stream, name, cancellationToken);
    }

    /// <summary>Reads a file that is in memory already, without copying it.</summary>
    /// <param name="bytes">The whole file; must not change while the result is in use.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="SafetensorsException">The bytes break a rule of the format.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var headerBytes = HeaderPrefix.Read(bytes.Span[..Math.Min(bytes.Length, HeaderPrefix.Length)], bytes.Length, name);
        var header = HeaderReader.Read(bytes.Span.Slice(HeaderPrefix.Length, headerBytes), name);
        var dataOffset = HeaderPrefix.Length + headerBytes;
        var dataBytes = bytes.Length - dataOffset;
        LayoutProof.ProveEnd(LayoutProof.Prove(header.Entries, name), dataBytes, name);
        return new SafetensorsFile(name, null, header, dataOffset, dataBytes, new MemoryBytes(name, bytes, 0));
    }

    /// <summary>Looks for the tensor of this name.</summary>
    /// <param name="name">The full name; upper and lower case differ.</param>
    /// <param name="tensor">The tensor, where there is one.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorView? tensor) => byName.TryGetValue(name, out tensor);

    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="name">The full name; upper and lower case differ.</param>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>Unmaps and closes the file, once no copy from it is under way.</summary>
    public void Dispose() => source.Dispose();
}
