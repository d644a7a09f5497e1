using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Draws one number per name on a common axis, names one below the other, with a whisker to both sides.</summary>
/// <remarks>Names stand over their dots, not beside them, so that the drawing is no wider than a telephone.</remarks>
public sealed record DotChart : HtmlChart
{
    private const int Left = 18;
    private const int Top = 28;
    private const int Width = 312;
    private const int RowHeight = 34;
    private const int DotBelow = 24; // of the top of its row
    private const int CapHalf = 4;
    private const int MostLetters = 50;

    /// <summary>The first on top; colours are those of <see cref="LineChart.Series"/> at the same places.</summary>
    public required IReadOnlyList<DotRow> Rows { get; init; }

    internal override string Draw()
    {
        var scale = AxisScale.Of(
            Rows.Where(IsPlaced).SelectMany(row => new[] { row.Value - row.Spread, row.Value + row.Spread }).DefaultIfEmpty(),
            null,
            isWhole: false
        );
        double X(double value) => Left + (Width * scale.Share(value));
        var bottom = Top + (RowHeight * Rows.Count);
        var drawing = new SvgDrawing(Left + Width + Left, bottom + 26, $"{Title} of {string.Join(", ", Rows.Select(row => row.Name))}");
        drawing.Words("title", Left, 16, "start", Title);
        foreach (var tick in scale.Ticks)
        {
            drawing.Line("grid", X(tick), Top, X(tick), bottom);
            drawing.Words(X(tick), bottom + 18, "middle", scale.Words(tick));
        }

        foreach (var (index, row) in Rows.Index())
        {
            DrawRow(drawing, row, LineChart.ColorOf(index), Top + (RowHeight * index), X);
        }

        drawing.Line("axis", Left, bottom, Left + Width, bottom);
        return drawing.End();
    }

    private static void DrawRow(SvgDrawing drawing, DotRow row, string color, double top, Func<double, double> x)
    {
        var y = top + DotBelow;
        drawing.Words("name", Left, top + 14, "start", Shown(row.Name));
        if (!IsPlaced(row))
        {
            return;
        }

        if (row.Spread > 0)
        {
            var (low, high) = (x(row.Value - row.Spread), x(row.Value + row.Spread));
            drawing.Line($"whisker {color}", low, y, high, y);
            drawing.Line($"whisker {color}", low, y - CapHalf, low, y + CapHalf);
            drawing.Line($"whisker {color}", high, y - CapHalf, high, y + CapHalf);
        }

        var spread = row.Spread > 0 ? string.Create(CultureInfo.InvariantCulture, $" ± {row.Spread:0.0000}") : "";
        drawing.Dot(
            $"dot {color}",
            x(row.Value),
            y,
            string.Create(CultureInfo.InvariantCulture, $"{row.Name}: {row.Value:0.0000}{spread}")
        );
    }

    private static bool IsPlaced(DotRow row) => double.IsFinite(row.Value) && double.IsFinite(row.Spread);

    /// <summary>As much of a name as fits; the text where the pointer rests has the whole.</summary>
    private static string Shown(string name)
    {
        var letters = new StringInfo(name);
        return letters.LengthInTextElements > MostLetters ? letters.SubstringByTextElements(0, MostLetters - 1) + "…" : name;
    }
}

/// <summary>One number of a <see cref="DotChart"/>.</summary>
/// <param name="Name">What it belongs to; any text.</param>
/// <param name="Value">The number; one that is not finite is named without a dot.</param>
/// <param name="Spread">How far the whisker goes to both sides, in the same unit; 0 for none.</param>
public readonly record struct DotRow(string Name, double Value, double Spread = 0);
