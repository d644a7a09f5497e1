using System.Text;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Turns what people see on a terminal into parts of reports.</summary>
internal static class ReportBlocks
{
    /// <summary>What names and values that stand without a title are called in a report.</summary>
    private const string FactsHeading = "How sure these figures are";

    /// <summary>Parts of a page.</summary>
    public static IEnumerable<HtmlSection> ToSections(IEnumerable<Block> blocks) =>
        blocks.Select(block =>
            block is Grid table
                ? new HtmlSection
                {
                    Heading = table.Title ?? "",
                    Columns = [.. table.Columns.Select(column => column.Name)],
                    Rows = [.. table.Rows.Select(row => new HtmlRow { Cells = row })],
                }
                : new HtmlSection
                {
                    Heading = FactsHeading,
                    Columns = ["figure", "value"],
                    Rows = [.. Known((Facts)block).Select(item => new HtmlRow { Cells = [item.Name, item.Value!] })],
                }
        );

    /// <summary>Adds parts of a Markdown text.</summary>
    public static void AppendMarkdown(StringBuilder text, IEnumerable<Block> blocks)
    {
        foreach (var block in blocks)
        {
            switch (block)
            {
                case Facts facts:
                    text.Append($"\n## {FactsHeading}\n\n");
                    foreach (var (name, value) in Known(facts))
                    {
                        text.Append($"* {Escaped(name)}: {Escaped(value!)}\n");
                    }

                    break;
                case Grid table:
                    text.Append(
                        $"\n## {Escaped(table.Title ?? "")}\n\n| {string.Join(" | ", table.Columns.Select(column => Escaped(column.Name)))} |\n"
                    );
                    text.Append($"| {string.Join(" | ", table.Columns.Select(column => column.IsNumber ? "---:" : "---"))} |\n");
                    foreach (var row in table.Rows)
                    {
                        text.Append($"| {string.Join(" | ", row.Select(Escaped))} |\n");
                    }

                    break;
            }
        }
    }

    /// <summary>Text that is neither a cell's end nor a tag.</summary>
    private static string Escaped(string text) =>
        text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static IEnumerable<(string Name, string? Value)> Known(Facts facts) => facts.Items.Where(item => item.Value is not null);
}
