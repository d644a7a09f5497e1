using LoRAEnsembleHub.Safetensors.Header;

namespace LoRAEnsembleHub.Safetensors.Views;

/// <summary>Where the elements of a view lie in the file: a shape, a stride for each dimension, and the position of the first byte.</summary>
internal sealed class ViewLayout
{
    // In elements; those of the whole tensor, however the view is cut.
    private readonly long[] strides;
    private readonly long runElements;

    private ViewLayout(SafetensorsDtype dtype, long[] shape, long[] strides, long position)
    {
        (Dtype, Shape, this.strides, Position) = (dtype, shape, strides, position);
        ElementCount = shape.Contains(0) ? 0 : shape.Aggregate(1L, (product, size) => product * size);
        ByteCount = Bytes(ElementCount);

        // Dimensions from the last on belong to one run of neighbouring bytes as long as each is whole.
        runElements = 1;
        var dimension = ElementCount == 0 ? -1 : shape.Length - 1;
        for (; dimension >= 0 && (shape[dimension] == 1 || strides[dimension] == runElements); dimension--)
        {
            runElements *= shape[dimension];
        }

        OuterDimensions = dimension + 1;
    }

    public SafetensorsDtype Dtype { get; }

    public long[] Shape { get; }

    public long ElementCount { get; }

    public long ByteCount { get; }

    /// <summary>Position in the file of the first byte.</summary>
    public long Position { get; }

    /// <summary>How many dimensions, from the first, step over bytes that are not the view's; 0 where its bytes are neighbours.</summary>
    public int OuterDimensions { get; }

    /// <summary>Neighbouring bytes for each position in the outer dimensions.</summary>
    public long RunBytes => Bytes(runElements);

    /// <summary>Bytes between neighbours in a dimension.</summary>
    public long StrideBytes(int dimension) => Bytes(strides[dimension]);

    /// <summary>A whole tensor; its size was proved.</summary>
    public static ViewLayout Whole(SafetensorsDtype dtype, long[] shape, long position)
    {
        var strides = new long[shape.Length];
        if (!shape.Contains(0))
        {
            var stride = 1L;
            for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
            {
                strides[dimension] = stride;
                stride *= shape[dimension];
            }
        }

        return new ViewLayout(dtype, shape, strides, position);
    }

    /// <summary>A tensor whose elements lie apart, or in another order; every one was proved to lie in the file.</summary>
    /// <param name="dtype">The type of the elements; of whole bytes.</param>
    /// <param name="shape">The size of each dimension.</param>
    /// <param name="strides">Elements from one to the next in each dimension.</param>
    /// <param name="position">Position in the file of the first byte.</param>
    public static ViewLayout Strided(SafetensorsDtype dtype, long[] shape, long[] strides, long position) =>
        new(dtype, shape, strides, position);

    /// <summary>Cuts one dimension down to a range of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has no such dimension, or the dimension no such range.</exception>
    /// <exception cref="SafetensorsException">Elements narrower than a byte would be cut within a byte.</exception>
    public ViewLayout Slice(int dimension, long start, long length, string file, string tensor)
    {
        if (dimension < 0 || dimension >= Shape.Length)
        {
            var needed = $"Shape {TensorSize.Show(Shape)} has {Shape.Length} dimensions, counted from 0.";
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, needed);
        }

        var size = Shape[dimension];
        if (start < 0 || start > size)
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, $"Dimension {dimension} has {size} elements.");
        }

        if (length < 0 || length > size - start)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length),
                length,
                $"Dimension {dimension} has {size} elements, {size - start} from there."
            );
        }

        var shape = (long[])Shape.Clone();
        shape[dimension] = length;

        // A slice without elements stays where it is: several of them, each past the end of its dimension, would leave the file.
        var skipped = shape.Contains(0) ? 0 : start * strides[dimension];
        var sliced = new ViewLayout(Dtype, shape, strides, Position + Bytes(skipped));
        if (sliced.IsWhole(skipped) && sliced.IsWhole(sliced.runElements) && sliced.StepsAreWhole())
        {
            return sliced;
        }

        throw new SafetensorsException(
            SafetensorsDefect.NotWholeBytes,
            file,
            tensor,
            $"elements {start} to {start + length} of dimension {dimension} of shape {TensorSize.Show(Shape)} of {Dtype.Name} "
                + "share bytes with their neighbours; a slice must begin and end with whole bytes."
        );
    }

    private bool StepsAreWhole() => Enumerable.Range(0, OuterDimensions).All(outer => Shape[outer] == 1 || IsWhole(strides[outer]));

    private bool IsWhole(long elements) => ElementCount == 0 || elements % 8 * Dtype.BitsPerElement % 8 == 0;

    // Neither overflows nor cuts: the whole tensor's bits were proved to fit 64 bits, and cuts within a byte are refused.
    private long Bytes(long elements) => (long)((UInt128)elements * (ulong)Dtype.BitsPerElement / 8);
}
