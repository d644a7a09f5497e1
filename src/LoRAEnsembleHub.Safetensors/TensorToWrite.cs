using System.Runtime.InteropServices;
using LoRAEnsembleHub.Safetensors.Views;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>Fills the destination with a tensor's bytes from some byte on; little-endian, row-major.</summary>
/// <param name="destination">To be filled to its end; never reaches beyond the tensor.</param>
/// <param name="from">The first byte asked for. Each call goes on where the last one ended, starting at 0.</param>
public delegate void TensorByteReader(Span<byte> destination, long from);

/// <summary>A tensor to be written: a name, an element type, a shape, and bytes in memory or on demand.</summary>
public sealed class TensorToWrite
{
    private readonly long[] shape;

    /// <summary>A tensor whose bytes are in memory.</summary>
    /// <param name="name">Any Unicode text but <c>__metadata__</c>.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="shape">The size of each dimension, 0 or more; empty for a single number.</param>
    /// <param name="bytes">The elements, little-endian and row-major, as many bytes as the shape needs; not copied.</param>
    public TensorToWrite(string name, SafetensorsDtype dtype, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
        : this(name, dtype, shape, (destination, from) => bytes.Span.Slice((int)from, destination.Length).CopyTo(destination)) =>
        GivenBytes = bytes.Length;

    /// <summary>A tensor whose bytes are asked for piece by piece while the file is written.</summary>
    /// <param name="name">Any Unicode text but <c>__metadata__</c>.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="shape">The size of each dimension, 0 or more; empty for a single number.</param>
    /// <param name="reader">Gives the bytes. What it throws ends the writing and leaves the target as it was.</param>
    public TensorToWrite(string name, SafetensorsDtype dtype, IReadOnlyList<long> shape, TensorByteReader reader)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(reader);
        _ = dtype.Name; // throws for what is not an element type
        (Name, Dtype, this.shape, Reader) = (name, dtype, [.. shape], reader);
        Shape = Array.AsReadOnly(this.shape);
    }

    /// <summary>The tensor's full name.</summary>
    public string Name { get; }

    /// <summary>The type of the elements.</summary>
    public SafetensorsDtype Dtype { get; }

    /// <summary>The size of each dimension.</summary>
    public IReadOnlyList<long> Shape { get; }

    internal ReadOnlySpan<long> Sizes => shape;

    internal TensorByteReader Reader { get; }

    /// <summary>The bytes there are; null where they are asked for.</summary>
    internal long? GivenBytes { get; private init; }

    /// <summary>A tensor from .NET elements; the element type follows from theirs.</summary>
    /// <typeparam name="T">bool, byte, sbyte, short, ushort, <see cref="Half"/>, int, uint, float, double, long or ulong.</typeparam>
    /// <param name="name">Any Unicode text but <c>__metadata__</c>.</param>
    /// <param name="shape">The size of each dimension, 0 or more; empty for a single number.</param>
    /// <param name="elements">The elements, row-major, as many as the shape needs; not copied.</param>
    /// <exception cref="ArgumentException">No element type of the format is exactly <typeparamref name="T"/>.</exception>
    public static TensorToWrite From<T>(string name, IReadOnlyList<long> shape, ReadOnlyMemory<T> elements)
        where T : unmanaged
    {
        var dtype =
            ElementTypes.Of<T>() ?? throw new ArgumentException($"The format has no element type for {typeof(T)}.", nameof(elements));
        var width = dtype.BitsPerElement / 8;
        return new TensorToWrite(name, dtype, shape, (destination, from) => ReadElements(elements.Span, width, destination, from))
        {
            GivenBytes = (long)elements.Length * width,
        };
    }

    /// <summary>A tensor of a file, or a slice of one, to be written to another; its file must stay open until then.</summary>
    /// <param name="view">The tensor, which keeps its name.</param>
    public static TensorToWrite From(TensorView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return From(view.Name, view);
    }

    /// <summary>A tensor of a file, or a slice of one, to be written to another under a new name; its file must stay open until then.</summary>
    /// <param name="name">Its name in the new file.</param>
    /// <param name="view">The tensor.</param>
    public static TensorToWrite From(string name, TensorView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return new TensorToWrite(name, view.Dtype, view.Shape, (destination, from) => view.CopyTo(destination, from))
        {
            GivenBytes = view.ByteCount,
        };
    }

    // The writer asks in pieces of a size that every width divides, so a piece is whole elements.
    private static void ReadElements<T>(ReadOnlySpan<T> elements, int width, Span<byte> destination, long from)
        where T : unmanaged
    {
        var piece = elements.Slice((int)(from / width), destination.Length / width);
        MemoryMarshal.AsBytes(piece).CopyTo(destination);
        LittleEndian.Convert(destination, width);
    }
}
