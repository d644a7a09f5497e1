using System.Net;
using System.Text;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Writes the parts that a page's maker added.</summary>
internal static class HtmlSections
{
    /// <summary>Small pictures are enlarged without blur, so that every pixel can be seen.</summary>
    internal const string Style = "td img{height:4.5rem;image-rendering:pixelated;vertical-align:middle}";

    internal static void Append(StringBuilder page, IEnumerable<HtmlSection> sections)
    {
        foreach (var section in sections)
        {
            page.Append($"<h2>{WebUtility.HtmlEncode(section.Heading)}</h2>\n");
            foreach (var paragraph in section.Paragraphs)
            {
                page.Append($"<p>{WebUtility.HtmlEncode(paragraph)}</p>\n");
            }

            if (section.Columns.Count > 0)
            {
                AppendTable(page, section);
            }
        }
    }

    private static void AppendTable(StringBuilder page, HtmlSection section)
    {
        var hasPictures = section.Rows.Any(row => !row.Png.IsEmpty);
        page.Append("<table>\n<thead><tr>").Append(hasPictures ? "<th></th>" : "");
        foreach (var column in section.Columns)
        {
            page.Append($"<th>{WebUtility.HtmlEncode(column)}</th>");
        }

        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in section.Rows)
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

            foreach (var cell in row.Cells)
            {
                page.Append($"<td>{WebUtility.HtmlEncode(cell)}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }
}
