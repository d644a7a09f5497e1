using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Onnx;

/// <summary>Numbers that a graph comes with (TensorProto); they are fetched only when they are written.</summary>
/// <param name="Name">What nodes call it.</param>
/// <param name="Element">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Values">Makes the numbers: row-major, little-endian, as many as the shape says.</param>
internal sealed record OnnxWeight(string Name, OnnxElement Element, IReadOnlyList<long> Shape, Func<byte[]> Values)
{
    private const int InlineNumbers = 9;

    /// <summary>Bytes of the numbers.</summary>
    public long ByteCount => Shape.Aggregate(Element == OnnxElement.Float ? 4L : 8L, (product, size) => product * size);

    /// <summary>Numbers of a tensor.</summary>
    /// <param name="name">What nodes call it.</param>
    /// <param name="shape">The shape that the graph sees; as many numbers as the tensor has.</param>
    /// <param name="tensor">Makes the tensor in the current scope; any type and device. It is not disposed otherwise.</param>
    public static OnnxWeight Of(string name, IReadOnlyList<long> shape, Func<Tensor> tensor) =>
        new(
            name,
            OnnxElement.Float,
            shape,
            () =>
            {
                using var scope = NewDisposeScope();
                using var quiet = no_grad();
                return tensor().to(ScalarType.Float32).cpu().contiguous().bytes.ToArray();
            }
        );

    /// <summary>A list of whole numbers.</summary>
    public static OnnxWeight Of(string name, params long[] values) =>
        new(name, OnnxElement.Int64, [values.Length], () => MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>One number, without axes.</summary>
    public static OnnxWeight Of(string name, double value) => new(name, OnnxElement.Float, [], () => BitConverter.GetBytes((float)value));

    /// <summary>One index, without axes.</summary>
    public static OnnxWeight Index(string name, long value) => new(name, OnnxElement.Int64, [], () => BitConverter.GetBytes(value));

    /// <summary>TensorProto up to its numbers, which the caller writes behind it.</summary>
    public ProtoMessage InlineHead() => Head().Announce(InlineNumbers, ByteCount);

    /// <summary>TensorProto of numbers in another file.</summary>
    /// <param name="file">The file's name; it lies beside the model.</param>
    /// <param name="offset">Where the numbers begin there.</param>
    public ProtoMessage External(string file, long offset)
    {
        ProtoMessage Entry(string key, string value) => new ProtoMessage().Text(1, key).Text(2, value);
        string Digits(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Head()
            .Messages(13, [Entry("location", file), Entry("offset", Digits(offset)), Entry("length", Digits(ByteCount))])
            .Number(14, 1);
    }

    private ProtoMessage Head()
    {
        var head = new ProtoMessage();
        foreach (var size in Shape)
        {
            head.Number(1, size);
        }

        return head.Number(2, (int)Element).Text(8, Name);
    }
}
