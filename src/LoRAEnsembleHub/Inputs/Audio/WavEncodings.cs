using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Makes numbers of the samples of each <see cref="WavEncoding"/>.</summary>
/// <remarks>Divisions are by powers of two, so they are exact; 32-bit integers and 64-bit numbers are rounded to single precision.</remarks>
internal static class WavEncodings
{
    public static int ByteCount(this WavEncoding encoding) =>
        encoding switch
        {
            WavEncoding.Unsigned8 => 1,
            WavEncoding.Signed16 => 2,
            WavEncoding.Signed24 => 3,
            WavEncoding.Float64 => 8,
            _ => 4,
        };

    public static void Read(this WavEncoding encoding, ReadOnlySpan<byte> from, Span<float> into)
    {
        switch (encoding)
        {
            case WavEncoding.Unsigned8:
                for (var i = 0; i < into.Length; i++)
                {
                    into[i] = (from[i] - 128) / 128f;
                }

                break;
            case WavEncoding.Signed16:
                for (var i = 0; i < into.Length; i++)
                {
                    into[i] = BinaryPrimitives.ReadInt16LittleEndian(from[(2 * i)..]) / 32768f;
                }

                break;
            case WavEncoding.Signed24:
                for (var i = 0; i < into.Length; i++)
                {
                    var three = from.Slice(3 * i, 3);
                    into[i] = (three[0] | (three[1] << 8) | ((sbyte)three[2] << 16)) / 8388608f;
                }

                break;
            case WavEncoding.Signed32:
                for (var i = 0; i < into.Length; i++)
                {
                    into[i] = BinaryPrimitives.ReadInt32LittleEndian(from[(4 * i)..]) / 2147483648f;
                }

                break;
            case WavEncoding.Float32:
                if (BitConverter.IsLittleEndian)
                {
                    from[..(4 * into.Length)].CopyTo(MemoryMarshal.AsBytes(into));
                    break;
                }

                for (var i = 0; i < into.Length; i++)
                {
                    into[i] = BinaryPrimitives.ReadSingleLittleEndian(from[(4 * i)..]);
                }

                break;
            default:
                for (var i = 0; i < into.Length; i++)
                {
                    into[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(from[(8 * i)..]);
                }

                break;
        }
    }
}
