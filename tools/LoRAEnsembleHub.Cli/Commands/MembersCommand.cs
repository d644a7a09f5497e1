using System.CommandLine;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Makes an ensemble of another one's members: some of them, their average, lower ranks, another element type, a new temperature.</summary>
internal sealed class MembersCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly MemberChanges changes;
    private readonly Option<string?> data = OptionKinds.Text("--data", "PATH", "Data set to measure the effect on, before and after");
    private readonly Option<string?> split = OptionKinds.Text("--split", "NAME", "Part of the data set to measure on (default: test)");
    private readonly Option<string?> fitSplit = OptionKinds.Text(
        "--fit-split",
        "NAME",
        "Part of the data set to fit the temperature on; not the one that is measured on"
    );
    private readonly Option<string?> temperature = OptionKinds.OneOf(
        "--temperature",
        "Fit one temperature for all members, or one for each; needs --data and --fit-split",
        "joint",
        "member"
    );
    private readonly Option<int?> limit = OptionKinds.WholeNumber(
        "--limit",
        "At most so many examples of each part, drawn with a fixed seed"
    );
    private readonly WrittenEnsemble written;
    private readonly InputChoice preparation;

    public MembersCommand()
        : base(
            "members",
            "Write another ensemble of the members of one: chosen, reordered, averaged, of lower rank, rounded, calibrated anew"
        )
    {
        choice = new ModelChoice(Command);
        changes = new MemberChanges(Command);
        Option[] options = [data, split, fitSplit, temperature, limit];
        foreach (var option in options)
        {
            Command.Add(option);
        }

        written = new WrittenEnsemble(Command);
        preparation = new InputChoice(Command);
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var request = await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false);
        var folder = request.Ensemble ?? throw CommandException.Usage("--ensemble is missing; its members are what is changed.");
        var output = written.Place(parsed);
        var (place, measured, fitted) = (parsed.GetValue(data), parsed.GetValue(split) ?? "test", parsed.GetValue(fitSplit));
        RefuseTemperature(place, measured, fitted, parsed.GetValue(temperature));
        if (place is not null)
        {
            Need.FileOrFolder(place, "--data");
        }

        using var loaded = LoadedModel.OpenLora(request, session);
        var members = loaded.Adapters!;
        using var changed = changes.Apply(parsed, members);
        var manifest = Manifest(loaded, changed);
        var measuring = new Measuring(session, Measuring.UsualBatchSize, cancellationToken);
        var pipeline = place is null ? null : preparation.Read(parsed, request);
        Predictions Predict(AdapterSet set, string part)
        {
            loaded.Base.Swap(set);
            try
            {
                var examples = ExampleSets.OpenFor(pipeline!, place!, part, loaded.Labels, parsed.GetValue(limit));
                return measuring.PredictRaw(loaded, examples, withLabels: true);
            }
            finally
            {
                loaded.Base.Swap(members);
            }
        }

        if (parsed.GetValue(temperature) is { } kind)
        {
            manifest = MemberTemperature.Fit(manifest, Predict(changed.Set, fitted!), kind == "member", loaded.Aggregation, fitted!);
        }

        var temperatures = manifest.Temperatures;
        var (old, now) = place is null
            ? (null, null)
            : (
                Predict(members, measured).WithTemperature(loaded.Temperatures),
                Predict(changed.Set, measured).WithTemperature(temperatures)
            );
        manifest = manifest with
        {
            Metrics = now is null ? null : EnsembleMetrics.Of(now, RepositoryFolder.OfData(place!).RepoId, measured),
        };
        manifest = await written
            .WriteAsync(parsed, changed.Set, loaded.Base, manifest, [folder, request.Base], cancellationToken)
            .ConfigureAwait(false);
        return new MembersResult
        {
            Ensemble = folder,
            Output = output,
            Members = changed.Set.Count,
            Rank = changed.Set.Rank,
            Parameters = changed.Set.ParameterCount,
            Changes = changed.InWords,
            LargestError = changed.LargestError,
            Temperatures = temperatures,
            Before = old is null ? null : EvaluationScores.Of(old.Aggregate(loaded.Aggregation), old.Labels!),
            After = now is null ? null : EvaluationScores.Of(now.Aggregate(loaded.Aggregation), now.Labels!),
            Warnings = session.Warnings,
        };
    }

    private static void RefuseTemperature(string? place, string measured, string? fitted, string? kind)
    {
        var fault =
            (kind is null) != (fitted is null) ? "--temperature and --fit-split go together; give both."
            : kind is not null && place is null ? "--temperature needs --data to be fitted on."
            : fitted == measured
                ? $"--fit-split is {fitted}, which is measured on; what is fitted to the examples it is measured on looks too good."
            : null;
        if (fault is not null)
        {
            throw CommandException.Usage(fault);
        }
    }

    /// <summary>The old manifest with the changes noted; figures and a temperature that belong to other members are left out.</summary>
    private static EnsembleManifest Manifest(LoadedModel loaded, ChangedMembers changed)
    {
        var before =
            loaded.Ensemble!.Manifest
            ?? new EnsembleManifest { Id2Label = loaded.Labels.Index().ToDictionary(label => $"{label.Index}", label => label.Item) };
        var manifest = before with
        {
            Method = changed.Set.Count == 1 ? "single-lora" : "lora-ensemble",
            Members =
            [
                .. Enumerable
                    .Range(0, changed.Set.Count)
                    .Select(member => changed.Kept is { } kept ? before.Members?[kept[member]] : null)
                    .Select(member => member ?? new ManifestMember()),
            ],
            Temperature = MemberTemperature.Of(before, changed),
            Metrics = null,
        };
        foreach (var (operation, details) in changed.Steps)
        {
            manifest = manifest.WithChange(operation, details);
        }

        return manifest;
    }
}
