using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Draws curves, or points alone, over one axis; the colours are those of the legend of their part of the page.</summary>
public sealed record LineChart : HtmlChart
{
    private const int Left = 52;
    private const int Top = 30;
    private const int Width = 280;
    private const int Height = 190;
    private const int Colors = 8;
    private const double LongestToTheLeft = 4; // of a logarithmic axis, as a ratio

    /// <summary>What is along the axis, with its unit; any text.</summary>
    public required string XName { get; init; }

    /// <summary>One or more, each with one point or more.</summary>
    public required IReadOnlyList<LineSeries> Series { get; init; }

    /// <summary>Where the axes end; null takes what holds all points. Default: null.</summary>
    public (double Low, double High)? XLimits { get; init; }

    /// <summary>As <see cref="XLimits"/>. Default: null.</summary>
    public (double Low, double High)? YLimits { get; init; }

    /// <summary>Whether x takes whole numbers only.</summary>
    public bool HasWholeX { get; init; }

    /// <summary>Whether equal lengths along x are equal ratios; all x are above 0 then, and <see cref="XLimits"/> plays no part.</summary>
    public bool HasLogX { get; init; }

    /// <summary>Whether every point gets a dot.</summary>
    public bool HasDots { get; init; }

    /// <summary>Whether the line y = x is drawn.</summary>
    public bool HasDiagonal { get; init; }

    /// <summary>Whether any series is more than a point.</summary>
    internal bool HasCurves => Series.Any(series => series.Points.Count > 1);

    internal static string ColorOf(int series) => $"s{series % Colors}{(series < Colors ? "" : " dashed")}";

    internal override string Draw()
    {
        var points = Series.SelectMany(series => series.Points).Where(IsPlaced).DefaultIfEmpty(new LinePoint(1, 0)).ToArray();
        var (x, y) = (
            HasLogX
                ? AxisScale.OfLog(
                    points.SelectMany(point =>
                        new[] { Math.Max(point.X - point.XSpread, point.X / LongestToTheLeft), point.X + point.XSpread }
                    )
                )
                : AxisScale.Of(points.SelectMany(point => new[] { point.X - point.XSpread, point.X + point.XSpread }), XLimits, HasWholeX),
            AxisScale.Of(points.SelectMany(point => new[] { point.Y - point.Spread, point.Y + point.Spread }), YLimits, false)
        );
        double X(double value) => Left + (Width * x.Share(value));
        double Y(double value) => Top + (Height * (1 - y.Share(value)));
        var names = string.Join(", ", Series.Select(series => series.Name));
        var drawing = new SvgDrawing(Left + Width + 16, Top + Height + 44, $"{Title} against {XName}: {names}");
        drawing.Words("title", Left, 16, "start", Title);
        foreach (var tick in y.Ticks)
        {
            drawing.Line("grid", Left, Y(tick), Left + Width, Y(tick));
            drawing.Words(Left - 8, Y(tick) + 4, "end", y.Words(tick));
        }

        foreach (var tick in x.Ticks)
        {
            drawing.Words(X(tick), Top + Height + 18, "middle", x.Words(tick));
        }

        if (HasDiagonal)
        {
            drawing.Line("ideal", X(x.Low), Y(x.Low), X(x.High), Y(x.High));
        }

        foreach (var (index, series) in Series.Index())
        {
            DrawSeries(drawing, series, ColorOf(series.Color ?? index), X, Y);
        }

        drawing.Line("axis", Left, Top + Height, Left + Width, Top + Height);
        drawing.Words(Left + (Width / 2.0), Top + Height + 38, "middle", XName);
        return drawing.End();
    }

    /// <summary>Whether a point has a place; one whose numbers are not finite has none, and neither has 0 on a logarithmic axis.</summary>
    private bool IsPlaced(LinePoint point) =>
        double.IsFinite(point.X) && double.IsFinite(point.Y) && double.IsFinite(point.Spread + point.XSpread) && (!HasLogX || point.X > 0);

    private void DrawSeries(SvgDrawing drawing, LineSeries series, string color, Func<double, double> x, Func<double, double> y)
    {
        drawing.Curve(
            $"curve {color}{(series.IsFaint ? " faint" : "")}",
            series.Points.Where(IsPlaced).Select(point => (x(point.X), y(point.Y))),
            series.Name
        );
        foreach (var point in series.Points.Where(IsPlaced))
        {
            if (point.Spread > 0)
            {
                drawing.Line($"whisker {color}", x(point.X), y(point.Y - point.Spread), x(point.X), y(point.Y + point.Spread));
            }

            if (point.XSpread > 0)
            {
                // what leads to 0 or near it ends at the edge of a logarithmic axis
                var (low, high) = (Math.Max(Left, x(point.X - point.XSpread)), Math.Min(Left + Width, x(point.X + point.XSpread)));
                drawing.Line($"whisker {color}", low, y(point.Y), high, y(point.Y));
            }

            if (HasDots)
            {
                var tip = string.Create(CultureInfo.InvariantCulture, $"{series.Name}, {XName} {point.X:0.###}: {point.Y:0.0000}");
                drawing.Dot($"dot {color}", x(point.X), y(point.Y), tip);
            }
        }
    }
}

/// <summary>One curve.</summary>
/// <param name="Name">What it belongs to; any text.</param>
/// <param name="Points">One or more, from left to right.</param>
public sealed record LineSeries(string Name, IReadOnlyList<LinePoint> Points)
{
    /// <summary>Whether it is drawn thin, as what lies behind another. Default: false.</summary>
    public bool IsFaint { get; init; }

    /// <summary>The series whose colour it takes, by its place; null takes its own. Default: null.</summary>
    public int? Color { get; init; }
}

/// <summary>One point of a curve.</summary>
/// <param name="X">Along. A point with a number that is not finite is left out.</param>
/// <param name="Y">Up.</param>
/// <param name="Spread">How far the whisker goes up and down, in the unit of <paramref name="Y"/>; 0 for none.</param>
/// <param name="XSpread">How far the whisker goes left and right, in the unit of <paramref name="X"/>; 0 for none.</param>
public readonly record struct LinePoint(double X, double Y, double Spread = 0, double XSpread = 0);
