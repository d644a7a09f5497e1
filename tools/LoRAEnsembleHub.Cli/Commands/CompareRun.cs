using System.Text;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Measures several systems on the same examples, one after the other; bases are mapped from their files, so that systems on one base share its memory.</summary>
internal sealed class CompareRun(IReadOnlyList<ModelRequest> requests, Measuring measuring, Session session)
{
    /// <summary>Opens the examples for a system: they must be the same ones for each, whatever the order of its classes.</summary>
    public required Func<
        ModelRequest,
        IReadOnlyList<string>,
        (InputPipeline Pipeline, LabeledExamples Inside, LabeledExamples? Outside)
    > Open { get; init; }

    /// <summary>Measures all and writes the reports.</summary>
    /// <param name="report">The folder of the reports, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CompareResult> RunAsync(string? report, CancellationToken cancellationToken)
    {
        string[] names = [.. SystemNames.Of(requests)];
        var systems = new ComparedSystem[requests.Count];
        var (name, many, outsideName) = ("", "", (string?)null);
        foreach (var (index, request) in requests.Index())
        {
            using var loaded = LoadedModel.Open(request, session);
            var (pipeline, inside, outside) = Open(request, loaded.Labels);
            systems[index] = ComparedSystem.Of(
                names[index],
                measuring.Predict(loaded, inside, withLabels: true, isRepeated: index > 0),
                loaded.Aggregation,
                outside is null ? null : measuring.Predict(loaded, outside, withLabels: false, isRepeated: index > 0)
            );
            (name, many, outsideName) = (inside.Name, pipeline.Many, outside?.Name);
        }

        var result = new CompareResult
        {
            Data = name,
            Inputs = many,
            Examples = systems[0].Scores.Examples,
            OutsideData = outsideName,
            Systems = [.. systems.Zip(requests, (system, request) => ComparedSystemFact.Of(request, system, systems[0]))],
            Report = report,
            Warnings = session.Warnings,
        };
        if (report is not null)
        {
            await WriteAsync(report, result, systems, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    private static Task WriteAsync(
        string folder,
        CompareResult result,
        IReadOnlyList<ComparedSystem> systems,
        CancellationToken cancellationToken
    )
    {
        var title = $"{systems.Count} systems on {result.Data}";
        var markdown = new StringBuilder($"# {title}\n\n{result.Examples} {result.Inputs}.\n");
        foreach (var warning in result.Warnings)
        {
            markdown.Append($"\nWarning: {warning}\n");
        }

        ReportBlocks.AppendMarkdown(markdown, result.Tables());
        var first = new HtmlSection
        {
            Heading = "What was measured",
            Paragraphs =
            [
                $"{result.Examples} {result.Inputs} of {result.Data}, the same for every system.",
                .. result.Warnings.Select(warning => $"Warning: {warning}"),
            ],
            Columns = ["system", "base", "ensemble"],
            Rows =
            [
                .. result.Systems.Select(system => new HtmlRow
                {
                    Cells =
                    [
                        system.Name,
                        system.Base is { } model ? RepositoryFolder.Of(model).Name : "none",
                        system.Ensemble is { } ensemble ? RepositoryFolder.Of(ensemble).Name : "none",
                    ],
                }),
            ],
        };
        var page = HtmlComparison.Write(systems, title, [first, .. ReportBlocks.ToSections(result.Tables())]);
        return ReportFiles.WriteAsync(folder, markdown.ToString(), result, page, cancellationToken);
    }
}
