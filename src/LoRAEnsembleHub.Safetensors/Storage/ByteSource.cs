namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>The bytes behind a file's tensors, mapped or in memory; positions count from the start of the file.</summary>
/// <remarks>Safe to use from several threads, also while another disposes it.</remarks>
internal abstract class ByteSource(string label) : IDisposable
{
    /// <summary>The file's path or name, for messages.</summary>
    public string Label { get; } = label;

    /// <summary>Holds the bytes in place until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    /// <exception cref="SafetensorsException">The file on disk has changed.</exception>
    public abstract ByteLease Lease();

    public abstract void Dispose();
}
