using System.Buffers;
using LoRAEnsembleHub.Safetensors.Header;
using LoRAEnsembleHub.Safetensors.Storage;
using LoRAEnsembleHub.Safetensors.Views;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>A tensor of a file, or a slice of one: name, element type, shape and bytes that stay where they are.</summary>
/// <remarks>
/// Elements are little-endian and in row-major order. A view lives as long as its <see cref="SafetensorsFile"/>; reading it afterwards
/// throws <see cref="ObjectDisposedException"/>. Reading throws <see cref="SafetensorsException"/> where the file on disk has changed.
/// </remarks>
public sealed class TensorView
{
    private const int PieceBytes = 1 << 20;

    private readonly ByteSource source;
    private readonly ViewLayout layout;

    internal TensorView(ByteSource source, string name, ViewLayout layout)
    {
        (this.source, Name, this.layout) = (source, name, layout);
        Shape = Array.AsReadOnly(layout.Shape);
    }

    /// <summary>The tensor's full name; a slice keeps it.</summary>
    public string Name { get; }

    /// <summary>The type of the elements.</summary>
    public SafetensorsDtype Dtype => layout.Dtype;

    /// <summary>The size of each dimension, 0 or more; empty for a single number.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The product of the shape.</summary>
    public long ElementCount => layout.ElementCount;

    /// <summary>Bytes of all elements.</summary>
    public long ByteCount => layout.ByteCount;

    /// <summary>Position of the first byte in the file, counted from the file's start; need not be a multiple of the element size.</summary>
    public long FileOffset => layout.Position;

    /// <summary>Whether the bytes are neighbours in the file; false only for slices.</summary>
    public bool IsContiguous => layout.OuterDimensions == 0;

    /// <summary>All bytes, where they lie, without a copy; they must not be used once the file is disposed.</summary>
    /// <exception cref="InvalidOperationException">There are more than 2^31 − 1 bytes, or they are not neighbours.</exception>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    /// <exception cref="SafetensorsException">The file on disk has changed.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            if (!IsContiguous)
            {
                throw new InvalidOperationException($"The bytes of {this} do not lie side by side; copy them with CopyTo or ToArray.");
            }

            if (ByteCount > int.MaxValue)
            {
                throw new InvalidOperationException(
                    $"{this} has {ByteCount} bytes; a span ends at {int.MaxValue}. Slice it, or copy it piece by piece with CopyTo."
                );
            }

            using var lease = source.Lease();
            return lease.At(layout.Position, (int)ByteCount);
        }
    }

    /// <summary>Copies bytes, in row-major order, from some byte on: as many as the destination holds and the view has left.</summary>
    /// <param name="destination">Where they go.</param>
    /// <param name="from">The first byte to copy, 0 to <see cref="ByteCount"/>.</param>
    /// <returns>The number of bytes copied; 0 at the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="from"/> is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    /// <exception cref="SafetensorsException">The file on disk has changed.</exception>
    public int CopyTo(Span<byte> destination, long from = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, ByteCount);
        var length = (int)Math.Min(destination.Length, ByteCount - from);
        ViewCopier.Copy(layout, source, destination[..length], from);
        return length;
    }

    /// <summary>Writes all bytes to a stream, in row-major order, through a buffer of 1 MiB.</summary>
    /// <param name="destination">A writable stream; stays open.</param>
    /// <param name="cancellationToken">Ends the copying between two pieces.</param>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    /// <exception cref="SafetensorsException">The file on disk has changed.</exception>
    public async Task CopyToAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(PieceBytes, ByteCount));
        try
        {
            for (var from = 0L; from < ByteCount; )
            {
                cancellationToken.ThrowIfCancellationRequested();
                var length = CopyTo(piece.AsSpan(0, Math.Min(piece.Length, PieceBytes)), from);
                await destination.WriteAsync(piece.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                from += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Cuts one dimension down to a range of it, without reading anything; a slice can be sliced again.</summary>
    /// <param name="dimension">The dimension, counted from 0. A slice of the first stays contiguous.</param>
    /// <param name="start">The first element of the range, 0 to the size of the dimension.</param>
    /// <param name="length">Elements in the range, 0 or more.</param>
    /// <returns>A view with the same rank.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension, or it has no such range.</exception>
    /// <exception cref="SafetensorsException">Elements narrower than a byte would be cut within a byte.</exception>
    public TensorView Slice(int dimension, long start, long length) =>
        new(source, Name, layout.Slice(dimension, start, length, source.Label, Name));

    /// <summary>Copies the elements into an array, in row-major order.</summary>
    /// <typeparam name="T">
    /// Exactly the type of the elements: bool, byte, sbyte, short, ushort, <see cref="Half"/>, int, uint, float, double, long or ulong.
    /// A truth value is false where its byte is 0.
    /// </typeparam>
    /// <returns>A new array of <see cref="ElementCount"/> elements.</returns>
    /// <exception cref="InvalidOperationException">The elements are of another type, or more than an array holds.</exception>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    /// <exception cref="SafetensorsException">The file on disk has changed.</exception>
    public T[] ToArray<T>()
        where T : unmanaged => ViewReader.ToArray<T>(this);

    /// <summary>Copies the elements into an array of singles, in row-major order.</summary>
    /// <remarks>Exact for floats of 32 bits and fewer and integers of up to 24 bits; 64-bit floats and longer integers are rounded.</remarks>
    /// <returns>A new array of <see cref="ElementCount"/> elements.</returns>
    /// <exception cref="InvalidOperationException">The elements are complex or narrower than a byte, or more than an array holds.</exception>
    /// <exception cref="ObjectDisposedException">The file is disposed.</exception>
    /// <exception cref="SafetensorsException">The file on disk has changed.</exception>
    public float[] ToSingles() => ViewReader.ToSingles(this);

    /// <summary>Name, element type and shape, for people.</summary>
    public override string ToString() => $"{SafetensorsException.Quote(Name)} {Dtype.Name} {TensorSize.Show(layout.Shape)}";
}
