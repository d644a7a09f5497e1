using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>A short hold on the bytes of a <see cref="ByteSource"/>: while it lasts they stay mapped.</summary>
internal readonly unsafe ref struct ByteLease
{
    private readonly SafeBuffer? mapping;
    private readonly byte* pointer;
    private readonly ReadOnlySpan<byte> memory;
    private readonly long memoryStart;

    /// <summary>Holds mapped bytes; the pointer was acquired from the mapping and is released with the lease.</summary>
    public ByteLease(SafeBuffer mapping, byte* pointer)
    {
        this.mapping = mapping;
        this.pointer = pointer;
    }

    /// <summary>Holds bytes in memory, the first of which stands at this position of the file.</summary>
    public ByteLease(ReadOnlySpan<byte> memory, long memoryStart)
    {
        this.memory = memory;
        this.memoryStart = memoryStart;
    }

    /// <summary>Bytes of the file; the range was proved to lie inside when the file was opened.</summary>
    public ReadOnlySpan<byte> At(long position, int length) =>
        mapping is null ? memory.Slice((int)(position - memoryStart), length) : new ReadOnlySpan<byte>(pointer + position, length);

    public void Dispose() => mapping?.ReleasePointer();
}
