namespace LoRAEnsembleHub.Safetensors;

/// <summary>A file is not what torch.save writes, or holds something that is not read because reading it could run code.</summary>
/// <remarks>Not an <see cref="IOException"/>: reading the same bytes again cannot help.</remarks>
public sealed class TorchFileException : Exception
{
    internal TorchFileException(string file, string problem)
        : base($"{file}: {problem}") => File = file;

    /// <summary>The file's path.</summary>
    public string File { get; }
}
