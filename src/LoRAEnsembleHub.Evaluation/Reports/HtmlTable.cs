using System.Globalization;
using System.Net;
using System.Text;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>A table of a page: words to the left, numbers to the right; where the window is narrow the table moves, not the page.</summary>
internal static class HtmlTable
{
    /// <summary>Small pictures are enlarged without blur, so that every pixel can be seen.</summary>
    internal const string Style = """
        .table{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-size:.9rem}
        th,td{padding:.25rem .45rem;border-bottom:1px solid var(--line);text-align:left}.number{text-align:right;font-variant-numeric:tabular-nums}td.number{white-space:nowrap}
        td img{height:4.5rem;image-rendering:pixelated;vertical-align:middle}
        td:first-child:not(:has(img)){min-width:8rem}
        @media (max-width:480px){table{font-size:.82rem}th,td{padding:.25rem .4rem}td img{height:3.2rem}
        td:first-child:not(:has(img)){position:sticky;left:0;min-width:6.5rem;max-width:9rem;background:var(--page)}}
        """;

    private const string PlusMinus = " ± ";
    private const string Missing = "–";

    internal static void Append(StringBuilder page, IReadOnlyList<string> columns, IReadOnlyList<HtmlRow> rows)
    {
        var hasPictures = rows.Any(row => !row.Png.IsEmpty);
        var kinds = columns
            .Select((_, column) => rows.Any(row => IsNumber(row.Cells, column)) && rows.All(row => IsNumber(row.Cells, column, Missing)))
            .ToArray();
        page.Append("<div class=\"table\"><table>\n<thead><tr>").Append(hasPictures ? "<th></th>" : "");
        AppendCells(page, "th", columns, kinds);
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            if (hasPictures)
            {
                page.Append(
                    row.Png.IsEmpty
                        ? "<td></td>"
                        : $"<td><img alt=\"\" src=\"data:image/png;base64,{Convert.ToBase64String(row.Png.Span)}\"></td>"
                );
            }

            AppendCells(page, "td", row.Cells, kinds);
            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table></div>\n");
    }

    private static void AppendCells(StringBuilder page, string kind, IReadOnlyList<string> cells, bool[] areNumbers)
    {
        foreach (var (column, cell) in cells.Index())
        {
            var mark = column < areNumbers.Length && areNumbers[column] ? " class=\"number\"" : "";
            page.Append($"<{kind}{mark}>{WebUtility.HtmlEncode(cell)}</{kind}>");
        }
    }

    /// <summary>Whether a cell is a number, a number with its deviation, or stands for one that is missing.</summary>
    private static bool IsNumber(IReadOnlyList<string> cells, int column, string? missing = null) =>
        column < cells.Count
        && (
            cells[column] == missing
            || cells[column]
                .Split(PlusMinus, 2)
                .All(part => double.TryParse(part, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _))
        );
}
