namespace LoRAEnsembleHub.Studies;

/// <summary>Means and deviations over seeds, one row per system, number of members and rank.</summary>
/// <param name="Rows">In the order of the study.</param>
public sealed record StudyTable(IReadOnlyList<StudyRow> Rows)
{
    /// <summary>Summarises results.</summary>
    /// <param name="results">In the order of the study; runs that are still to be done may be missing.</param>
    public static StudyTable Of(IReadOnlyList<StudyResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return new([.. results.GroupBy(result => (result.System, result.Members, result.Rank)).Select(group => StudyRow.Of([.. group]))]);
    }
}

/// <summary>One system under one number of members and one rank.</summary>
public sealed record StudyRow
{
    /// <summary>The system's name.</summary>
    public required string System { get; init; }

    /// <summary>Predictions for every input.</summary>
    public required int Members { get; init; }

    /// <summary>Rank of the updates, or null where there are none.</summary>
    public required int? Rank { get; init; }

    /// <summary>Seeds behind the figures.</summary>
    public required int Seeds { get; init; }

    /// <summary>
    /// Figures by name, such as <c>accuracy</c>; those that not all runs have are missing, but for times and memory, which are of the runs that know them.
    /// </summary>
    public required IReadOnlyDictionary<string, StudyFigure> Figures { get; init; }

    internal static StudyRow Of(IReadOnlyList<StudyResult> runs)
    {
        var figures = new Dictionary<string, StudyFigure>(StringComparer.Ordinal);
        void Add(string name, Func<StudyResult, double?> value)
        {
            double?[] values = [.. runs.Select(value)];
            if (values.All(one => one is not null))
            {
                figures.Add(name, StudyFigure.Of([.. values.Select(one => one!.Value)]));
            }
        }

        // a run that was stopped and went on does not know its times and memory; the others do
        void AddKnown(string name, Func<StudyResult, double?> value)
        {
            double[] known = [.. runs.Select(value).OfType<double>()];
            if (known.Length > 0)
            {
                figures.Add(name, StudyFigure.Of(known));
            }
        }

        Add(StudyFigures.Accuracy, run => run.Scores.Accuracy);
        Add(StudyFigures.MacroF1, run => run.Scores.MacroF1);
        Add(StudyFigures.Nll, run => run.Scores.NegativeLogLikelihood);
        Add(StudyFigures.Brier, run => run.Scores.Brier);
        Add(StudyFigures.Ece, run => run.Scores.Ece10);
        Add(StudyFigures.EceMeanLogit, run => run.MeanLogit.Ece10);
        Add(StudyFigures.Temperature, run => run.Temperature);
        Add(StudyFigures.CalibratedNll, run => run.Calibrated?.NegativeLogLikelihood);
        Add(StudyFigures.CalibratedEce, run => run.Calibrated?.Ece10);
        Add(StudyFigures.MemberAccuracy, run => run.MeanOfMembers.Accuracy);
        Add(StudyFigures.MutualInformation, run => run.MutualInformation);
        Add(StudyFigures.Disagreement, run => run.Disagreement);
        foreach (var name in runs[0].Outside.Keys)
        {
            Add($"{StudyFigures.Auroc} {name}", run => run.Outside.GetValueOrDefault(name)?.PredictiveEntropy.Auroc);
            Add($"{StudyFigures.Auprc} {name}", run => run.Outside.GetValueOrDefault(name)?.PredictiveEntropy.AveragePrecision);
            Add($"{StudyFigures.Fpr95} {name}", run => run.Outside.GetValueOrDefault(name)?.PredictiveEntropy.FalsePositiveRate95);
        }

        foreach (var name in runs[0].Shift.Keys)
        {
            Add($"{StudyFigures.Accuracy} {name}", run => run.Shift.GetValueOrDefault(name)?.Accuracy);
            Add($"{StudyFigures.Nll} {name}", run => run.Shift.GetValueOrDefault(name)?.NegativeLogLikelihood);
            Add($"{StudyFigures.Ece} {name}", run => run.Shift.GetValueOrDefault(name)?.Ece10);
        }

        Add(StudyFigures.TrainedParameters, run => run.TrainedParameters);
        Add(StudyFigures.StoredMegabytes, run => run.StoredBytes / 1e6);
        AddKnown(StudyFigures.TrainingSeconds, run => run.SecondsPerUpdate * run.Steps);
        Add(StudyFigures.PredictionMilliseconds, run => run.MillisecondsPerExample);
        AddKnown(StudyFigures.PeakMegabytes, run => run.PeakBytes / 1e6);
        return new StudyRow
        {
            System = runs[0].System,
            Members = runs[0].Members,
            Rank = runs[0].Rank,
            Seeds = runs.Count,
            Figures = figures,
        };
    }
}

/// <summary>A figure over seeds.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The sample standard deviation; null for one seed.</param>
public sealed record StudyFigure(double Mean, double? Deviation)
{
    internal static StudyFigure Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return new(mean, values.Count > 1 ? Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)) : null);
    }
}

/// <summary>The names of figures.</summary>
public static class StudyFigures
{
    /// <summary>Share of examples whose class is right.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Mean of the classes' F1.</summary>
    public const string MacroF1 = "macro F1";

    /// <summary>Negative log-likelihood of the mean probability, in nats.</summary>
    public const string Nll = "NLL";

    /// <summary>Brier score of the mean probability, 0 to 2.</summary>
    public const string Brier = "Brier";

    /// <summary>Expected calibration error of the mean probability, 10 bins.</summary>
    public const string Ece = "ECE";

    /// <summary>Expected calibration error of the mean logit, 10 bins, as the paper reports it.</summary>
    public const string EceMeanLogit = "ECE mean logit";

    /// <summary>The temperature that was fitted.</summary>
    public const string Temperature = "temperature";

    /// <summary>Negative log-likelihood at that temperature.</summary>
    public const string CalibratedNll = "NLL calibrated";

    /// <summary>Expected calibration error at that temperature.</summary>
    public const string CalibratedEce = "ECE calibrated";

    /// <summary>Accuracy of a member alone, on average.</summary>
    public const string MemberAccuracy = "member accuracy";

    /// <summary>Mutual information, in nats.</summary>
    public const string MutualInformation = "mutual information";

    /// <summary>Share of examples that two members call differently.</summary>
    public const string Disagreement = "disagreement";

    /// <summary>Before the name of a data set: area under the ROC curve of the predictive entropy.</summary>
    public const string Auroc = "AUROC";

    /// <summary>Before the name of a data set: average precision of the predictive entropy.</summary>
    public const string Auprc = "AUPRC";

    /// <summary>Before the name of a data set: false positive rate at 95 % true positives.</summary>
    public const string Fpr95 = "FPR95";

    /// <summary>Numbers that were learned.</summary>
    public const string TrainedParameters = "trained parameters";

    /// <summary>Megabytes (10^6) on disk without the base.</summary>
    public const string StoredMegabytes = "stored MB";

    /// <summary>Seconds of training: the median update times their number.</summary>
    public const string TrainingSeconds = "training s";

    /// <summary>Milliseconds per example.</summary>
    public const string PredictionMilliseconds = "prediction ms";

    /// <summary>The most memory while training, in megabytes (10^6).</summary>
    public const string PeakMegabytes = "peak MB";

    /// <summary>Figures that change from run to run of the same settings.</summary>
    public static IReadOnlyList<string> Measured { get; } = [TrainingSeconds, PredictionMilliseconds, PeakMegabytes];
}
