using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Draws accuracy against confidence, and below it how many examples each bar speaks for.</summary>
/// <remarks>DeGroot and Fienberg 1983; the form of Guo et al. 2017, figure 1. Gaps are to the bin's mean confidence, as in the ECE.</remarks>
internal static class ReliabilityDiagram
{
    private const int Left = 50;
    private const int Top = 15;
    private const int Side = 300; // of the square for 0 … 1 by 0 … 1
    private const int SharesTop = Top + Side + 20;
    private const int SharesHeight = 80;
    private const int Bottom = SharesTop + SharesHeight;

    internal static string Draw(IReadOnlyList<ReliabilityBin> bins)
    {
        var drawing = new SvgDrawing(Left + Side + 20, Bottom + 45, "Reliability diagram: accuracy by confidence, and share of examples");
        var total = bins.Sum(bin => bin.Count);
        foreach (var bin in bins.Where(bin => bin.Count > 0))
        {
            var (x, width) = (Left + (Side * bin.Low) + 1, (Side * (bin.High - bin.Low)) - 2);
            var (low, high) = (Math.Min(bin.Accuracy, bin.Confidence), Math.Max(bin.Accuracy, bin.Confidence));
            var tip = string.Create(
                CultureInfo.InvariantCulture,
                $"{bin.Low:0.##} to {bin.High:0.##}: {bin.Count} examples ({bin.Share:0.0%}), accuracy {bin.Accuracy:0.000}, confidence {bin.Confidence:0.000}"
            );
            drawing.Bar("right", x, Height(bin.Accuracy), width, Side * bin.Accuracy, tip);
            drawing.Bar("gap", x, Height(high), width, Side * (high - low), tip);
            drawing.Bar("share", x, Bottom - (SharesHeight * bin.Share), width, SharesHeight * bin.Share, tip);
        }

        drawing.Line("ideal", Left, Height(0), Left + Side, Height(1));
        DrawMean(drawing, "accuracy", bins.Sum(bin => bin.Count * bin.Accuracy) / total);
        DrawMean(drawing, "confidence", bins.Sum(bin => bin.Count * bin.Confidence) / total);
        DrawAxes(drawing);
        return drawing.End();
    }

    private static void DrawMean(SvgDrawing drawing, string kind, double value) =>
        drawing.Line(kind, Left + (Side * value), SharesTop, Left + (Side * value), Bottom);

    private static void DrawAxes(SvgDrawing drawing)
    {
        drawing.Line("axis", Left, Top, Left, Height(0));
        drawing.Line("axis", Left, Height(0), Left + Side, Height(0));
        drawing.Line("axis", Left, SharesTop, Left, Bottom);
        drawing.Line("axis", Left, Bottom, Left + Side, Bottom);
        for (var tick = 0; tick <= 5; tick++)
        {
            var words = (tick / 5.0).ToString("0.0", CultureInfo.InvariantCulture);
            drawing.Words(Left - 8, Height(tick / 5.0) + 4, "end", words);
            drawing.Words(Left + (Side * tick / 5.0), Bottom + 16, "middle", words);
        }

        drawing.Words(Left - 8, SharesTop + 10, "end", "100%");
        drawing.Words(Left - 8, Bottom, "end", "0%");
        drawing.Words(Left + (Side / 2.0), Bottom + 36, "middle", "Confidence");
    }

    private static double Height(double value) => Top + (Side * (1 - value));
}
