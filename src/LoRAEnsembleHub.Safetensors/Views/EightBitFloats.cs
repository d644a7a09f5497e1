using System.Collections.Concurrent;

namespace LoRAEnsembleHub.Safetensors.Views;

/// <summary>The 256 values of each 8-bit float.</summary>
/// <remarks>
/// Micikevicius et al. 2022 for E4M3 and E5M2, Noune et al. 2022 for the FNUZ forms, the OCP microscaling specification 1.0 for E8M0.
/// </remarks>
internal static class EightBitFloats
{
    private static readonly ConcurrentDictionary<SafetensorsDtype, float[]> tables = new();

    /// <summary>The value of each bit pattern.</summary>
    /// <param name="dtype">One of the five 8-bit floats.</param>
    public static float[] Values(SafetensorsDtype dtype) =>
        tables.GetOrAdd(dtype, wanted => [.. Enumerable.Range(0, 256).Select(bits => Value(wanted, bits))]);

    private static float Value(SafetensorsDtype dtype, int bits) =>
        dtype switch
        {
            SafetensorsDtype.F8E5M2 => (float)BitConverter.UInt16BitsToHalf((ushort)(bits << 8)),
            SafetensorsDtype.F8E4M3 => (bits & 0x7F) == 0x7F ? float.NaN : Finite(bits, mantissaBits: 3, bias: 7),
            SafetensorsDtype.F8E4M3Fnuz => bits == 0x80 ? float.NaN : Finite(bits, mantissaBits: 3, bias: 8),
            SafetensorsDtype.F8E5M2Fnuz => bits == 0x80 ? float.NaN : Finite(bits, mantissaBits: 2, bias: 16),
            SafetensorsDtype.F8E8M0 => bits == 0xFF ? float.NaN : MathF.ScaleB(1, bits - 127),
            _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Not an 8-bit float."),
        };

    private static float Finite(int bits, int mantissaBits, int bias)
    {
        var exponent = (bits & 0x7F) >> mantissaBits;
        var mantissa = bits & ((1 << mantissaBits) - 1);
        var magnitude =
            exponent == 0
                ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
                : MathF.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
        return bits > 0x7F ? -magnitude : magnitude;
    }
}
