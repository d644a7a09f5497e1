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

    /// <summary>Writes the three files.</summary>
    /// <param name="folder">Made when absent.</param>
    /// <param name="result">What was measured.</param>
    /// <param name="examples">The examples behind <paramref name="inside"/>.</param>
    /// <param name="inside">Predictions with labels.</param>
    /// <param name="outside">Predictions on unfamiliar inputs, or null.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static Task WriteAsync(
        string folder,
        EvaluateResult result,
        LabeledExamples examples,
        Predictions inside,
        Predictions? outside,
        CancellationToken cancellationToken
    )
    {
        var options = new HtmlReportOptions
        {
            Title = Title(result),
            Aggregation = result.Aggregation,
            OutOfDistribution = outside,
            OutOfDistributionName = result.Outside?.Data ?? "",
            Shift = result.Shift,
            Sections = [Warnings(result)],
            Details =
            [
                .. Sections(result),
                .. result.Summary.Members.Count > 1 ? [Unsure(result, examples, inside)] : Array.Empty<HtmlSection>(),
                .. TrainingSection.Of(result.Ensemble),
            ],
        };
        return ReportFiles.WriteAsync(folder, Markdown(result), result, HtmlReport.Write(inside, options), cancellationToken);
    }

    private static string Title(EvaluateResult result) => $"{Name((result.Ensemble ?? result.Base)!)} on {result.Data}";

    private static string Name(string folder) => RepositoryFolder.Of(folder).Name;

    private static HtmlSection Warnings(EvaluateResult result) =>
        new()
        {
            Heading = "What was measured",
            Paragraphs =
            [
                $"Base: {(result.Base is { } model ? Name(model) : "none")}. Ensemble: {(result.Ensemble is { } folder ? Name(folder) : "none")}{(result.Only is { } only ? $", members {string.Join(", ", only)}" : "")}. "
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
            .. result.Shift is { } shift ? [ShiftFact.Table(shift)] : Array.Empty<Block>(),
        ];

    private static IEnumerable<HtmlSection> Sections(EvaluateResult result) =>
        ReportBlocks.ToSections(Extra(result with { Outside = null, Shift = null })); // the page has sections of its own for these

    private static string Markdown(EvaluateResult result)
    {
        var text = new StringBuilder($"# {Title(result)}\n\n{result.Summary.ToMarkdown()}");
        foreach (var warning in result.Warnings)
        {
            text.Append($"\nWarning: {warning}\n");
        }

        ReportBlocks.AppendMarkdown(text, Extra(result));
        return text.ToString();
    }
}
