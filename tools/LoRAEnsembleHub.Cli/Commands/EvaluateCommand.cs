using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Inputs;

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
    private readonly Option<int?> limit = OptionKinds.WholeNumber("--limit", "At most so many images of each, drawn with a fixed seed");
    private readonly Option<string?> report = OptionKinds.Text("--report", "DIR", "Write report.md, report.json and report.html there");
    private readonly Option<int?> batchSize = OptionKinds.WholeNumber("--batch-size", "Images computed together (default: 64)");
    private readonly Option<string?> preprocessor = OptionKinds.Text(
        "--preprocessor",
        "FILE|DIR",
        "Prepare pictures so; default: preprocessor_config.json of the ensemble, else of the base"
    );

    private readonly OrientationChoice orientation;

    public EvaluateCommand()
        : base("evaluate", "Measure accuracy, likelihood, calibration and uncertainty of an ensemble and of its members")
    {
        choice = new ModelChoice(Command);
        Option[] options = [data, split, outside, outsideSplit, limit, report, batchSize, preprocessor];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        orientation = new OrientationChoice(Command, ImageOrientation.Upright);
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

        var (processor, _) = Preparation.Of(request, parsed.GetValue(preprocessor));
        using var loaded = LoadedModel.Open(request, session);
        var (most, turned) = (parsed.GetValue(limit), orientation.Read(parsed));
        var images = ImageSets.OpenFor(place, parsed.GetValue(split) ?? "test", loaded.Labels, turned, most);
        var others = unfamiliar is null ? null : ImageSets.OpenOther(unfamiliar, parsed.GetValue(outsideSplit) ?? "test", turned, most);
        Predictions Predict(LabeledImages set, bool withLabels) =>
            session
                .Track(
                    $"Predicting {set.Name}",
                    set.Count,
                    progress =>
                        Predictor.Predict(
                            loaded.Model,
                            new ImageExamples(set, processor),
                            loaded.Labels,
                            withLabels,
                            parsed.GetValue(batchSize) ?? 64,
                            progress,
                            cancellationToken
                        )
                )
                .WithTemperature(loaded.Temperatures);
        var inside = Predict(images, withLabels: true);
        var beyond = others is null ? null : Predict(others, withLabels: false);
        var result = new EvaluateResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Aggregation = loaded.Aggregation,
            Temperatures = loaded.Temperatures,
            Data = images.Name,
            Summary = EvaluationSummary.From(inside),
            Outside = beyond is null ? null : OutsideFact.Of(others!.Name, inside, beyond),
            Report = parsed.GetValue(report),
            Warnings = session.Warnings,
        };
        if (result.Report is { } folder)
        {
            await EvaluationReport.WriteAsync(folder, result, images, inside, beyond, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }
}
