using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Measures an ensemble and its members on a data set, and whether it notices unfamiliar inputs.</summary>
internal sealed class EvaluateCommand : Verb
{
    private const double DefaultAlpha = 0.1;
    private const string DefaultSplit = "test";

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
    private readonly Option<string?> calibrateOn = OptionKinds.Text(
        "--calibrate-on",
        "NAME",
        "Fit a temperature and conformal sets on this part of the data set, and measure what they do on the other"
    );
    private readonly Option<double?> calibrateShare = OptionKinds.Number(
        "--calibrate-share",
        "The same on this share of the examples, drawn with a fixed seed, and measured on the rest: above 0, below 1"
    );
    private readonly Option<double?> alpha = OptionKinds.Number(
        "--alpha",
        "Share of true classes that conformal sets may miss (default: 0.1)"
    );
    private readonly CorruptChoice corruption;
    private readonly Option<string[]> compare = new("--compare")
    {
        Description =
            "Set several side by side on the same examples: ensembles, or models by themselves; the first is what others are tested against",
        HelpName = "DIR",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly InputChoice preparation;

    public EvaluateCommand()
        : base("evaluate", "Measure accuracy, likelihood, calibration and uncertainty of an ensemble and of its members")
    {
        choice = new ModelChoice(Command, chooses: true);
        Option[] options = [compare, data, split, outside, outsideSplit, limit, calibrateOn, calibrateShare, alpha, report, batchSize];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        corruption = new CorruptChoice(Command);
        preparation = new InputChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var (place, unfamiliar, measured) = (parsed.GetValue(data)!, parsed.GetValue(outside), parsed.GetValue(split) ?? DefaultSplit);
        Need.FileOrFolder(place, "--data");
        Need.PlaceForFolder(parsed.GetValue(report), "--report");
        if (unfamiliar is not null)
        {
            Need.FileOrFolder(unfamiliar, "--ood");
        }
        else if (parsed.GetValue(outsideSplit) is not null)
        {
            throw CommandException.Usage("--ood-split is a part of the data set that --ood names; give --ood.");
        }

        var (held, share, misses) = (parsed.GetValue(calibrateOn), parsed.GetValue(calibrateShare), parsed.GetValue(alpha));
        RefuseCalibration(held, share, misses, measured);
        var measuring = new Measuring(session, parsed.GetValue(batchSize) ?? Measuring.UsualBatchSize, cancellationToken);
        if (parsed.GetValue(compare) is { Length: > 0 } systems)
        {
            RefuseBesideCompare(parsed, systems, held is not null || share is not null);
            return await CompareAsync(parsed, systems, measuring, session, cancellationToken).ConfigureAwait(false);
        }

        var request = await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false);
        var pipeline = preparation.Read(parsed, request);
        var corruptions = corruption.Read(parsed, pipeline);
        using var loaded = LoadedModel.Open(request, session);
        var examples = OpenInside(parsed, pipeline, loaded.Labels, measured);
        var others = OpenOutside(parsed, pipeline);
        if (ExampleSets.TakesClassesByNumber(pipeline, parsed.GetValue(data)!, measured, loaded.Labels))
        {
            session.Warn(
                $"{examples.Name} does not name its classes; they are taken by number for {string.Join(", ", loaded.Labels.Take(2))}, … "
                    + "Scores mean nothing if they are others."
            );
        }

        var inside = measuring.Predict(loaded, examples, withLabels: true);
        var beyond = others is null ? null : measuring.Predict(loaded, others, withLabels: false);
        var calibration = held is null
            ? null
            : measuring.Predict(loaded, OpenInside(parsed, pipeline, loaded.Labels, held), withLabels: true);
        var result = new EvaluateResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Only = request.Members,
            Aggregation = loaded.Aggregation,
            Temperatures = loaded.Temperatures,
            Data = examples.Name,
            Inputs = pipeline.Many,
            Summary = EvaluationSummary.From(inside),
            Details = EvaluationDetails.Of(inside, loaded.Aggregation),
            Calibration =
                calibration is not null ? CalibrationFact.Of(held!, calibration, inside, loaded.Aggregation, misses ?? DefaultAlpha)
                : share is { } part ? CalibrationFact.OfShare(part, inside, loaded.Aggregation, misses ?? DefaultAlpha)
                : null,
            Outside = beyond is null ? null : OutsideFact.Of(others!.Name, inside, beyond),
            Shift =
                corruptions.Count == 0
                    ? null
                    : ShiftFact.Measure(
                        inside,
                        loaded.Aggregation,
                        examples,
                        corruptions,
                        set => measuring.Predict(loaded, set, withLabels: true, isRepeated: true)
                    ),
            Report = parsed.GetValue(report),
            Warnings = session.Warnings,
        };
        if (result.Report is { } folder)
        {
            await EvaluationReport.WriteAsync(folder, result, examples, inside, beyond, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    private async Task<ICommandResult> CompareAsync(
        ParseResult parsed,
        string[] systems,
        Measuring measuring,
        Session session,
        CancellationToken cancellationToken
    )
    {
        var requests = new List<ModelRequest>();
        foreach (var system in systems)
        {
            requests.Add(await choice.ReadAsync(parsed, system, "--compare", session, cancellationToken).ConfigureAwait(false));
        }

        var run = new CompareRun(requests, measuring, session)
        {
            Open = (request, labels) =>
            {
                var pipeline = preparation.Read(parsed, request);
                return (
                    pipeline,
                    OpenInside(parsed, pipeline, labels, parsed.GetValue(split) ?? DefaultSplit),
                    OpenOutside(parsed, pipeline)
                );
            },
        };
        return await run.RunAsync(parsed.GetValue(report), cancellationToken).ConfigureAwait(false);
    }

    private LabeledExamples OpenInside(ParseResult parsed, InputPipeline pipeline, IReadOnlyList<string> labels, string part) =>
        ExampleSets.OpenFor(pipeline, parsed.GetValue(data)!, part, labels, parsed.GetValue(limit));

    private LabeledExamples? OpenOutside(ParseResult parsed, InputPipeline pipeline) =>
        parsed.GetValue(outside) is { } place
            ? ExampleSets.OpenOther(pipeline, place, parsed.GetValue(outsideSplit) ?? DefaultSplit, parsed.GetValue(limit))
            : null;

    private void RefuseBesideCompare(ParseResult parsed, string[] systems, bool isCalibrated)
    {
        var fault =
            systems.Length < 2 ? "--compare names one system; name two or more."
            : choice.NamesEnsemble(parsed) ? "--ensemble and --compare exclude each other; name every ensemble after --compare."
            : isCalibrated ? "--compare measures systems as they are; leave --calibrate-on and --calibrate-share out."
            : corruption.IsGiven(parsed) ? "--compare and --corrupt exclude each other; measure one system under shift at a time."
            : null;
        if (fault is not null)
        {
            throw CommandException.Usage(fault);
        }
    }

    private static void RefuseCalibration(string? held, double? share, double? misses, string split)
    {
        var fault =
            held is not null && share is not null ? "--calibrate-on and --calibrate-share exclude each other."
            : held is not null && held == split
                ? $"--calibrate-on is {held}, which is measured on; what is fitted to the examples it is measured on looks too good."
            : share >= 1 ? $"--calibrate-share is {Figures.Raw(share.Value)}; it must be below 1, such as 0.5."
            : misses >= 1 ? $"--alpha is {Figures.Raw(misses.Value)}; it must be below 1, such as 0.1."
            : misses is not null && held is null && share is null ? "--alpha is for --calibrate-on or --calibrate-share; give one of them."
            : null;
        if (fault is not null)
        {
            throw CommandException.Usage(fault);
        }
    }
}
