using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that measure what a change of members does, and fit a new temperature.</summary>
internal sealed class MemberEffect
{
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
    private readonly InputChoice preparation;

    /// <summary>Adds the options to a verb.</summary>
    public MemberEffect(Command command)
    {
        Option[] options = [data, split, fitSplit, temperature, limit];
        foreach (var option in options)
        {
            command.Add(option);
        }

        preparation = new InputChoice(command);
    }

    /// <summary>Refuses options that do not go together, before anything is loaded.</summary>
    /// <exception cref="CommandException">They do not, or the data are not there.</exception>
    public void Refuse(ParseResult parsed)
    {
        var (place, fitted, kind) = (parsed.GetValue(data), parsed.GetValue(fitSplit), parsed.GetValue(temperature));
        var fault =
            (kind is null) != (fitted is null) ? "--temperature and --fit-split go together; give both."
            : kind is not null && place is null ? "--temperature needs --data to be fitted on."
            : fitted == MeasuredSplit(parsed)
                ? $"--fit-split is {fitted}, which is measured on; what is fitted to the examples it is measured on looks too good."
            : null;
        if (fault is not null)
        {
            throw CommandException.Usage(fault);
        }

        if (place is not null)
        {
            Need.FileOrFolder(place, "--data");
        }
    }

    /// <summary>Fits the temperature where that is asked for, and measures where data are given.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="request">What was loaded.</param>
    /// <param name="loaded">The old ensemble.</param>
    /// <param name="manifest">The new one's manifest so far.</param>
    /// <param name="before">Predictions of the old ensemble at temperature 1.</param>
    /// <param name="after">Those of the new one.</param>
    public MeasuredEffect Measure(
        ParseResult parsed,
        ModelRequest request,
        LoadedModel loaded,
        EnsembleManifest manifest,
        Func<LabeledExamples, Predictions> before,
        Func<LabeledExamples, Predictions> after
    )
    {
        if (parsed.GetValue(data) is not { } place)
        {
            return new MeasuredEffect(manifest, null, null);
        }

        var pipeline = preparation.Read(parsed, request);
        LabeledExamples Part(string name) => ExampleSets.OpenFor(pipeline, place, name, loaded.Labels, parsed.GetValue(limit));
        if (parsed.GetValue(temperature) is { } kind)
        {
            var fitted = parsed.GetValue(fitSplit)!;
            manifest = MemberTemperature.Fit(manifest, after(Part(fitted)), kind == "member", loaded.Aggregation, fitted);
        }

        var measured = MeasuredSplit(parsed);
        var examples = Part(measured);
        var isPart =
            parsed.GetValue(limit) is not null
            && examples.Count < ExampleSets.OpenFor(pipeline, place, measured, loaded.Labels, null).Count;
        var old = before(examples).WithTemperature(loaded.Temperatures);
        var now = after(examples).WithTemperature(manifest.Temperatures);
        return new MeasuredEffect(
            manifest with
            {
                Metrics = EnsembleMetrics.Of(now, RepositoryFolder.OfData(place).RepoId, measured, isPart),
            },
            EvaluationScores.Of(old.Aggregate(loaded.Aggregation), old.Labels!),
            EvaluationScores.Of(now.Aggregate(loaded.Aggregation), now.Labels!)
        );
    }

    private string MeasuredSplit(ParseResult parsed) => parsed.GetValue(split) ?? "test";
}

/// <summary>What a change of members did.</summary>
/// <param name="Manifest">The new ensemble's, with its temperature and figures.</param>
/// <param name="Before">Scores of the old one; null where nothing was measured.</param>
/// <param name="After">Scores of the new one.</param>
internal sealed record MeasuredEffect(EnsembleManifest Manifest, EvaluationScores? Before, EvaluationScores? After);
