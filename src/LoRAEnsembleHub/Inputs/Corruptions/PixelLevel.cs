namespace LoRAEnsembleHub.Inputs;

/// <summary>Levels of 8-bit pixels.</summary>
internal static class PixelLevel
{
    /// <summary>The nearest level, 0 … 255.</summary>
    internal static byte Of(double value) => (byte)Math.Clamp(Math.Round(value), 0, byte.MaxValue);
}
