using System.Globalization;
using System.Net;
using System.Text;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Shapes in an SVG element inside a page; the page's style gives the classes their colours.</summary>
internal sealed class SvgDrawing
{
    private readonly StringBuilder text = new();

    internal SvgDrawing(int width, int height, string label) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(label)}\">\n"
        );

    /// <summary>A filled rectangle with a text shown where the pointer rests.</summary>
    internal void Bar(string kind, double x, double y, double width, double height, string tip) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"<rect class=\"{kind}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\">"
                + $"<title>{WebUtility.HtmlEncode(tip)}</title></rect>\n"
        );

    internal void Line(string kind, double x1, double y1, double x2, double y2) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"<line class=\"{kind}\" x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\"/>\n"
        );

    /// <summary>A line through points with a text shown where the pointer rests.</summary>
    internal void Curve(string kind, IEnumerable<(double X, double Y)> points, string tip)
    {
        var places = string.Join(
            ' ',
            points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.##},{point.Y:0.##}"))
        );
        text.Append(
            CultureInfo.InvariantCulture,
            $"<polyline class=\"{kind}\" points=\"{places}\"><title>{WebUtility.HtmlEncode(tip)}</title></polyline>\n"
        );
    }

    /// <summary>A small disc with a text shown where the pointer rests.</summary>
    internal void Dot(string kind, double x, double y, string tip) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"<circle class=\"{kind}\" cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"3\"><title>{WebUtility.HtmlEncode(tip)}</title></circle>\n"
        );

    /// <param name="x">Where the anchor stands.</param>
    /// <param name="y">Where the letters stand on.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="words">The text.</param>
    internal void Words(double x, double y, string anchor, string words) => Words("", x, y, anchor, words);

    /// <summary>As the other, with a class for the style.</summary>
    internal void Words(string kind, double x, double y, string anchor, string words) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"<text{(kind.Length > 0 ? $" class=\"{kind}\"" : "")} x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(words)}</text>\n"
        );

    internal string End() => text.Append("</svg>\n").ToString();
}
