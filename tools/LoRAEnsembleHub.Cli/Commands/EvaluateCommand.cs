using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Measures an ensemble and its members on a data set, and whether it notices unfamiliar inputs.</summary>
internal sealed class EvaluateCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly Option<string> data = OptionKinds.Needed("--data", "PATH", "Data set with the classes of the ensemble");
    private readonly Option<string?> split = OptionKinds.Text("--split", "NAME", "Part of the data set (default: test)");
    private readonly Option<string?> outside = OptionKinds.Text(
        "--ood",
        "PATH",
        "Data set of unfamiliar inputs; its classes do not matter"
    );
    private readonly Option<string?> outsideSplit = OptionKinds.Text("--ood-split", "NAME", "Part of that data set (default: test)");
    private readonly Option<int?> limit = OptionKinds.WholeNumber("--limit", "At most so many examples of each, drawn with a fixed seed");
    private readonly Option<string?> report = OptionKinds.Text("--report", "DIR", "Write report.md, report.json and report.html there");
    private readonly Option<int?> batchSize = OptionKinds.WholeNumber("--batch-size", "Inputs computed together (default: 64)");
    private readonly InputChoice preparation;

    public EvaluateCommand()
        : base("evaluate", "Measure accuracy, likelihood, calibration and uncertainty of an ensemble and of its members")
    {
        choice = new ModelChoice(Command);
        Option[] options = [data, split, outside, outsideSplit, limit, report, batchSize];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        preparation = new InputChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (request, place, unfamiliar) = (
            await choice.ReadAsync(parsed, cancellationToken).ConfigureAwait(false),
            parsed.GetValue(data)!,
            parsed.GetValue(outside)
        );
        Need.FileOrFolder(place, "--data");
        Need.PlaceForFolder(parsed.GetValue(report), "--report");
        if (unfamiliar is not null)
        {
            Need.FileOrFolder(unfamiliar, "--ood");
        }

        var pipeline = preparation.Read(parsed, request);
        using var loaded = LoadedModel.Open(request, session);
        var most = parsed.GetValue(limit);
        var examples = ExampleSets.OpenFor(pipeline, place, parsed.GetValue(split) ?? "test", loaded.Labels, most);
        var others = unfamiliar is null ? null : ExampleSets.OpenOther(pipeline, unfamiliar, parsed.GetValue(outsideSplit) ?? "test", most);
        Predictions Predict(LabeledExamples set, bool withLabels)
        {
            var predicted = session.Track(
                $"Predicting {set.Name}",
                set.Count,
                progress =>
                    Predictor.Predict(
                        loaded.Model,
                        set,
                        loaded.Labels,
                        withLabels,
                        parsed.GetValue(batchSize) ?? 64,
                        progress,
                        cancellationToken
                    )
            );
            session.WarnOf(set);
            return predicted.WithTemperature(loaded.Temperatures);
        }

        var inside = Predict(examples, withLabels: true);
        var beyond = others is null ? null : Predict(others, withLabels: false);
        var result = new EvaluateResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Aggregation = loaded.Aggregation,
            Temperatures = loaded.Temperatures,
            Data = examples.Name,
            Inputs = pipeline.Many,
            Summary = EvaluationSummary.From(inside),
            Outside = beyond is null ? null : OutsideFact.Of(others!.Name, inside, beyond),
            Report = parsed.GetValue(report),
            Warnings = session.Warnings,
        };
        if (result.Report is { } folder)
        {
            await EvaluationReport.WriteAsync(folder, result, examples, inside, beyond, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }
}
