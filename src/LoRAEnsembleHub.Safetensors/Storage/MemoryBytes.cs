namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>Bytes in managed memory, the first of which stands at some position of the file.</summary>
internal sealed class MemoryBytes(string label, ReadOnlyMemory<byte> bytes, long start) : ByteSource(label)
{
    private volatile bool disposed;

    public override ByteLease Lease()
    {
        ObjectDisposedException.ThrowIf(disposed, typeof(SafetensorsFile));
        return new ByteLease(bytes.Span, start);
    }

    public override void Dispose() => disposed = true;
}
