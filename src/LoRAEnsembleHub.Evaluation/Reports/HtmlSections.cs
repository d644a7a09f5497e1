using System.Net;
using System.Text;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Writes the parts that a page's maker added.</summary>
internal static class HtmlSections
{
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
                HtmlTable.Append(page, section.Columns, section.Rows);
            }
        }
    }
}
