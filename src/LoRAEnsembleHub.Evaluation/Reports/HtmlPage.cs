using System.Globalization;
using System.Net;
using System.Text;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>A page in the making that needs nothing beside it: no script, no style sheet, no picture file.</summary>
internal sealed class HtmlPage
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#222;--soft:#555;--page:#fff;--line:#ddd;--axis:#666;--good:#1b5e8c;--bad:#b3261e;--share:#777;--outside:#c05a00;--c0:#1b5e8c;--c1:#c05a00;--c2:#1d7a3e;--c3:#b3261e;--c4:#6f42a8;--c5:#7a5c1e;--c6:#b03a8c;--c7:#008080}
        @media (prefers-color-scheme:dark){:root{--ink:#ddd;--soft:#aaa;--page:#181818;--line:#444;--axis:#999;--good:#5aa9dd;--bad:#ff7a70;--share:#999;--outside:#f0a04b;--c0:#5aa9dd;--c1:#f0a04b;--c2:#6fcf8a;--c3:#ff7a70;--c4:#b79cf0;--c5:#cdb06a;--c6:#f08fd0;--c7:#4fd0d0}}
        *{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:76rem;margin:1.5rem auto;
        padding:0 1rem;overflow-wrap:break-word}h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}p{max-width:46rem}
        .charts{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-start}figure{margin:0;max-width:100%}
        figcaption{max-width:22rem;margin-top:.3rem;color:var(--soft);font-size:.85rem}
        svg{display:block;max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .title{font-weight:600}
        .axis{stroke:var(--axis)}.grid{stroke:var(--line)}.ideal{stroke:var(--axis);stroke-dasharray:4 4}
        .confidence{stroke:var(--bad);stroke-dasharray:6 4}.accuracy{stroke:var(--good)}
        .right{fill:var(--good)}.gap{fill:var(--bad);fill-opacity:.35;stroke:var(--bad)}.share{fill:var(--share)}
        .inside{fill:var(--good);fill-opacity:.6}.outside{fill:var(--outside);fill-opacity:.6}
        .s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}.s5{--c:var(--c5)}.s6{--c:var(--c6)}.s7{--c:var(--c7)}
        .curve{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}.dashed{stroke-dasharray:6 3}.whisker{stroke:var(--c)}.dot{fill:var(--c)}
        .dot.dashed{fill:var(--page);stroke:var(--c);stroke-width:1.5}.dot.dashed,.whisker.dashed{stroke-dasharray:none}.faint{stroke-width:1;stroke-opacity:.45}
        .name{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}
        .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.5rem 0;padding:0}
        .legend span{display:inline-block;width:1.4rem;height:0;border-top:3px solid var(--c);margin-right:.4rem;vertical-align:middle}
        .legend span.dashed{border-top-style:dashed}
        .dots span{width:.6rem;height:.6rem;border:2px solid var(--c);border-radius:50%;background:var(--c)}
        .dots span.dashed{border-style:solid;background:none}
        """;

    private readonly StringBuilder text = new();

    internal HtmlPage(string title)
    {
        var name = WebUtility.HtmlEncode(title);
        text.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        text.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"<title>{name}</title>\n<style>\n{Style}\n{HtmlTable.Style}\n</style>\n</head>\n<body>\n<h1>{name}</h1>\n"
        );
    }

    internal void Heading(string words) => text.Append(CultureInfo.InvariantCulture, $"<h2>{WebUtility.HtmlEncode(words)}</h2>\n");

    internal void Paragraph(string words) => text.Append(CultureInfo.InvariantCulture, $"<p>{WebUtility.HtmlEncode(words)}</p>\n");

    internal void Table(IReadOnlyList<string> columns, IReadOnlyList<HtmlRow> rows) => HtmlTable.Append(text, columns, rows);

    internal void Table(string[] columns, IEnumerable<string[]> rows) =>
        Table(columns, [.. rows.Select(cells => new HtmlRow { Cells = cells })]);

    /// <summary>Parts that the page's maker added.</summary>
    internal void Sections(IEnumerable<HtmlSection> sections)
    {
        foreach (var section in sections)
        {
            Heading(section.Heading);
            foreach (var paragraph in section.Paragraphs)
            {
                Paragraph(paragraph);
            }

            if (section.Charts.Count > 0)
            {
                Legend(section.Legend, section.Charts.All(chart => chart is not LineChart { HasCurves: true }));
                Charts(section.Charts.Select(chart => (chart.Draw(), chart.Caption)));
            }

            if (section.Columns.Count > 0)
            {
                Table(section.Columns, section.Rows);
            }
        }
    }

    /// <summary>Drawings beside each other as far as the window is wide, with a caption each or none.</summary>
    internal void Charts(params IEnumerable<(string Svg, string Caption)> charts)
    {
        text.Append("<div class=\"charts\">\n");
        foreach (var (svg, caption) in charts)
        {
            var words = caption.Length > 0 ? $"<figcaption>{WebUtility.HtmlEncode(caption)}</figcaption>\n" : "";
            text.Append(CultureInfo.InvariantCulture, $"<figure>\n{svg}{words}</figure>\n");
        }

        text.Append("</div>\n");
    }

    /// <summary>Which colour is what in the charts that follow; one name needs none.</summary>
    internal void Legend(IReadOnlyList<string> names, bool hasDotsAlone = false)
    {
        if (names.Count > 1)
        {
            text.Append(CultureInfo.InvariantCulture, $"<ul class=\"legend{(hasDotsAlone ? " dots" : "")}\">\n");
            foreach (var (index, name) in names.Index())
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"<li><span class=\"{LineChart.ColorOf(index)}\"></span>{WebUtility.HtmlEncode(name)}</li>\n"
                );
            }

            text.Append("</ul>\n");
        }
    }

    internal string End() => text.Append("</body>\n</html>\n").ToString();
}
