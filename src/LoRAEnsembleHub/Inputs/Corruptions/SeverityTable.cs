namespace LoRAEnsembleHub.Inputs;

/// <summary>How strong each severity of a corruption of pictures is, between two sizes of picture for which it is known.</summary>
/// <param name="small">The five strengths for pictures of 32 pixels.</param>
/// <param name="large">The five strengths for pictures of 224 pixels.</param>
internal sealed class SeverityTable(double[] small, double[] large)
{
    private const double SmallEdge = 32;
    private const double LargeEdge = 224;

    /// <summary>The strength for a picture, linear in the logarithm of its shorter edge; as at the ends beyond them.</summary>
    internal double At(int severity, RgbImage image)
    {
        var share = Math.Clamp(Math.Log(Edge(image) / SmallEdge) / Math.Log(LargeEdge / SmallEdge), 0, 1);
        return small[severity - 1] + (share * (large[severity - 1] - small[severity - 1]));
    }

    /// <summary>How much larger than the larger of the two sizes a picture is; 1 or more.</summary>
    internal static double Beyond(RgbImage image) => Math.Max(1, Edge(image) / LargeEdge);

    private static double Edge(RgbImage image) => Math.Min(image.Width, image.Height);
}
