using System.Numerics;
using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Safetensors.Views;

/// <summary>Converts elements of any numeric type to single precision.</summary>
internal static class SingleWidening
{
    /// <summary>Whether the type's elements have single-precision values; parts of bytes and complex numbers do not.</summary>
    public static bool Knows(SafetensorsDtype dtype) => dtype.BitsPerElement >= 8 && dtype != SafetensorsDtype.C64;

    /// <summary>Converts elements in the machine's byte order; values that a single cannot hold are rounded to the nearest.</summary>
    public static void Widen(SafetensorsDtype dtype, ReadOnlySpan<byte> bytes, Span<float> singles)
    {
        switch (dtype)
        {
            case SafetensorsDtype.F32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(singles);
                break;
            case SafetensorsDtype.BF16:
                WidenBrainFloats(MemoryMarshal.Cast<byte, ushort>(bytes), singles);
                break;
            case SafetensorsDtype.F16:
                Each<Half>(bytes, singles, value => (float)value);
                break;
            case SafetensorsDtype.F64:
                Each<double>(bytes, singles, value => (float)value);
                break;
            case SafetensorsDtype.I64:
                Each<long>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.U64:
                Each<ulong>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.I32:
                Each<int>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.U32:
                Each<uint>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.I16:
                Each<short>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.U16:
                Each<ushort>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.I8:
                Each<sbyte>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.U8:
                Each<byte>(bytes, singles, value => value);
                break;
            case SafetensorsDtype.Bool:
                Each<byte>(bytes, singles, value => value == 0 ? 0 : 1);
                break;
            default:
                var values = EightBitFloats.Values(dtype);
                Each<byte>(bytes, singles, value => values[value]);
                break;
        }
    }

    // The commonest type of large checkpoints: its bits are the upper half of a single's.
    private static void WidenBrainFloats(ReadOnlySpan<ushort> elements, Span<float> singles)
    {
        var i = 0;
        for (; i <= elements.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(elements[i..]), out var first, out var second);
            (first << 16).As<uint, float>().CopyTo(singles[i..]);
            (second << 16).As<uint, float>().CopyTo(singles[(i + Vector<uint>.Count)..]);
        }

        for (; i < elements.Length; i++)
        {
            singles[i] = BitConverter.UInt32BitsToSingle((uint)elements[i] << 16);
        }
    }

    private static void Each<T>(ReadOnlySpan<byte> bytes, Span<float> singles, Func<T, float> convert)
        where T : unmanaged
    {
        var elements = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < elements.Length; i++)
        {
            singles[i] = convert(elements[i]);
        }
    }
}
