using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Draws curves over one axis; the colours are those of <see cref="HtmlPage.Legend"/>.</summary>
internal sealed record LineChart
{
    private const int Left = 52;
    private const int Top = 30;
    private const int Width = 280;
    private const int Height = 190;
    private const int Colors = 8;

    /// <summary>What the curves show.</summary>
    internal required string Title { get; init; }

    internal required string XName { get; init; }

    /// <summary>One or more, each with one point or more.</summary>
    internal required IReadOnlyList<LineSeries> Series { get; init; }

    /// <summary>Where the axes end; null takes what holds all points.</summary>
    internal (double Low, double High)? XLimits { get; init; }

    /// <summary>As <see cref="XLimits"/>.</summary>
    internal (double Low, double High)? YLimits { get; init; }

    /// <summary>Whether x takes whole numbers only.</summary>
    internal bool HasWholeX { get; init; }

    /// <summary>Whether every point gets a dot.</summary>
    internal bool HasDots { get; init; }

    /// <summary>Whether the line y = x is drawn.</summary>
    internal bool HasDiagonal { get; init; }

    internal static string ColorOf(int series) => $"s{series % Colors}{(series < Colors ? "" : " dashed")}";

    internal string Draw()
    {
        var points = Series.SelectMany(series => series.Points).ToArray();
        var (x, y) = (
            AxisScale.Of(points.Select(point => point.X), XLimits, HasWholeX),
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
            DrawSeries(drawing, series, ColorOf(index), X, Y);
        }

        drawing.Line("axis", Left, Top + Height, Left + Width, Top + Height);
        drawing.Words(Left + (Width / 2.0), Top + Height + 38, "middle", XName);
        return drawing.End();
    }

    private void DrawSeries(SvgDrawing drawing, LineSeries series, string color, Func<double, double> x, Func<double, double> y)
    {
        drawing.Curve($"curve {color}", series.Points.Select(point => (x(point.X), y(point.Y))), series.Name);
        foreach (var point in series.Points)
        {
            if (point.Spread > 0)
            {
                drawing.Line($"whisker {color}", x(point.X), y(point.Y - point.Spread), x(point.X), y(point.Y + point.Spread));
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
internal sealed record LineSeries(string Name, IReadOnlyList<LinePoint> Points);

/// <summary>One point of a curve.</summary>
/// <param name="X">Along.</param>
/// <param name="Y">Up.</param>
/// <param name="Spread">How far the whisker goes up and down; 0 for none.</param>
internal readonly record struct LinePoint(double X, double Y, double Spread = 0);
