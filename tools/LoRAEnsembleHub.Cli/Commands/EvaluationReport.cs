using System.Text;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Writes an evaluation as Markdown, JSON and HTML.</summary>
internal static class EvaluationReport
{
    private const int LeastSure = 12;

    public static readonly string[] Files = ["report.md", "report.json", "report.html"];

    /// <summary>Writes the three files.</summary>
    /// <param name="folder">Made when absent.</param>
    /// <param name="result">What was measured.</param>
    /// <param name="examples">The examples behind <paramref name="inside"/>.</param>
    /// <param name="inside">Predictions with labels.</param>
    /// <param name="outside">Predictions on unfamiliar inputs, or null.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task WriteAsync(
        string folder,
        EvaluateResult result,
        LabeledExamples examples,
        Predictions inside,
        Predictions? outside,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(folder);
        var options = new HtmlReportOptions
        {
            Title = Title(result),
            Aggregation = result.Aggregation,
            OutOfDistribution = outside,
            OutOfDistributionName = result.Outside?.Data ?? "",
            Sections =
            [
                Warnings(result),
                .. Sections(result),
                .. result.Summary.Members.Count > 1 ? [Unsure(result, examples, inside)] : Array.Empty<HtmlSection>(),
            ],
        };
        string[] texts = [Markdown(result), Renderer.ToJson(result) + "\n", HtmlReport.Write(inside, options)];
        foreach (var (name, text) in Files.Zip(texts))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), text, new UTF8Encoding(false), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static string Title(EvaluateResult result) => $"{Name((result.Ensemble ?? result.Base)!)} on {result.Data}";

    private static string Name(string folder) => RepositoryFolder.Of(folder).Name;

    private static HtmlSection Warnings(EvaluateResult result) =>
        new()
        {
            Heading = "What was measured",
            Paragraphs =
            [
                $"Base: {(result.Base is { } model ? Name(model) : "none")}. Ensemble: {(result.Ensemble is { } folder ? Name(folder) : "none")}. "
                    + $"Aggregation: {(result.Aggregation == Aggregation.MeanLogit ? "mean logit" : "mean probability")}. "
                    + $"Temperatures: {string.Join(", ", result.Temperatures.Distinct().Select(Figures.Raw))}.",
                .. result.Warnings.Select(warning => $"Warning: {warning}"),
            ],
        };

    private static HtmlSection Unsure(EvaluateResult result, LabeledExamples examples, Predictions inside)
    {
        var shown = new ShownPredictions(inside, result.Aggregation, 1, false);
        var uncertainty = Uncertainty.Of(inside);
        var least = Enumerable.Range(0, inside.Examples).OrderByDescending(index => uncertainty.MutualInformation[index]).Take(LeastSure);
        return ExampleSection.Of(
            "Where the members disagree most",
            $"The {Math.Min(LeastSure, inside.Examples)} {result.Inputs} with the highest mutual information.",
            examples,
            least.Select(index => (index, shown.Of(index, examples, true)))
        );
    }

    // What stands beside the main table, in the order of the terminal.
    private static IEnumerable<Block> Extra(EvaluateResult result) =>
        [
            .. result.Details.ToBlocks(),
            .. result.Calibration?.ToBlocks() ?? [],
            .. result.Outside is { } outside ? [outside.Table(result.Data)] : Array.Empty<Block>(),
        ];

    private static IEnumerable<HtmlSection> Sections(EvaluateResult result) =>
        Extra(result with { Outside = null }) // the page has a section of its own for unfamiliar inputs
            .Select(block =>
                block is Grid table
                    ? new HtmlSection
                    {
                        Heading = table.Title ?? "",
                        Columns = [.. table.Columns.Select(column => column.Name)],
                        Rows = [.. table.Rows.Select(row => new HtmlRow { Cells = row })],
                    }
                    : new HtmlSection
                    {
                        Heading = "How sure these figures are",
                        Columns = ["figure", "value"],
                        Rows =
                        [
                            .. ((Facts)block)
                                .Items.Where(item => item.Value is not null)
                                .Select(item => new HtmlRow { Cells = [item.Name, item.Value!] }),
                        ],
                    }
            );

    private static string Markdown(EvaluateResult result)
    {
        var text = new StringBuilder($"# {Title(result)}\n\n{result.Summary.ToMarkdown()}");
        foreach (var warning in result.Warnings)
        {
            text.Append($"\nWarning: {warning}\n");
        }

        foreach (var block in Extra(result))
        {
            switch (block)
            {
                case Facts facts:
                    text.Append("\n## How sure these figures are\n\n");
                    foreach (var (name, value) in facts.Items.Where(item => item.Value is not null))
                    {
                        text.Append($"* {name}: {value}\n");
                    }

                    break;
                case Grid table:
                    text.Append($"\n## {table.Title}\n\n| {string.Join(" | ", table.Columns.Select(column => column.Name))} |\n");
                    text.Append($"| {string.Join(" | ", table.Columns.Select(column => column.IsNumber ? "---:" : "---"))} |\n");
                    foreach (var row in table.Rows)
                    {
                        text.Append($"| {string.Join(" | ", row)} |\n");
                    }

                    break;
            }
        }

        return text.ToString();
    }
}
