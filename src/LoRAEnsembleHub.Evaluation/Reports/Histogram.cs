using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Draws how a score is spread inside and outside the training distribution, one over the other.</summary>
internal static class Histogram
{
    private const int Bins = 20;
    private const int Left = 50;
    private const int Top = 46;
    private const int Width = 280;
    private const int Height = 180;

    internal static string Draw(string score, IReadOnlyList<double> inside, IReadOnlyList<double> outside, string outsideName)
    {
        var largest = Math.Max(inside.Max(), outside.Max());
        var end = largest > 0 ? largest : 1; // All zero with one member: one bar at 0.
        var (near, far) = (Shares(inside, end), Shares(outside, end));
        var highest = Math.Max(near.Max(), far.Max());
        var drawing = new SvgDrawing(Left + Width + 16, Top + Height + 45, $"Histogram of {score}, in distribution and {outsideName}");
        DrawBars(drawing, "inside", "in distribution", near, highest, end);
        DrawBars(drawing, "outside", outsideName, far, highest, end);
        drawing.Line("axis", Left, Top, Left, Top + Height);
        drawing.Line("axis", Left, Top + Height, Left + Width, Top + Height);
        for (var tick = 0; tick <= 4; tick++)
        {
            var words = (end * tick / 4).ToString("0.###", CultureInfo.InvariantCulture);
            drawing.Words(Left + (Width * tick / 4.0), Top + Height + 16, "middle", words);
        }

        drawing.Words(Left - 8, Top + 10, "end", highest.ToString("0%", CultureInfo.InvariantCulture));
        drawing.Words(Left + (Width / 2.0), Top + Height + 36, "middle", score);
        drawing.Bar("inside", Left, 5, 12, 12, "in distribution");
        drawing.Words(Left + 18, 15, "start", "in distribution");
        drawing.Bar("outside", Left, 23, 12, 12, outsideName);
        drawing.Words(Left + 18, 33, "start", outsideName);
        return drawing.End();
    }

    private static double[] Shares(IReadOnlyList<double> values, double end)
    {
        var shares = new double[Bins];
        foreach (var value in values)
        {
            shares[Math.Min(Bins - 1, (int)(value / end * Bins))] += 1.0 / values.Count;
        }

        return shares;
    }

    private static void DrawBars(SvgDrawing drawing, string kind, string name, double[] shares, double highest, double end)
    {
        for (var bin = 0; bin < Bins; bin++)
        {
            if (shares[bin] > 0)
            {
                var height = Height * shares[bin] / highest;
                var tip = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: {shares[bin]:0.0%} between {end * bin / Bins:0.####} and {end * (bin + 1) / Bins:0.####}"
                );
                drawing.Bar(kind, Left + (Width * bin / (double)Bins), Top + Height - height, (Width / (double)Bins) - 1, height, tip);
            }
        }
    }
}
