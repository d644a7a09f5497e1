namespace LoRAEnsembleHub.Evaluation;

/// <summary>What an ensemble is worth as its inputs get worse, against the same inputs as they are.</summary>
/// <remarks>The question of Ovadia et al. 2019, arXiv 1906.02530: does uncertainty grow as accuracy falls?</remarks>
public sealed record ShiftReport
{
    /// <summary>On the examples as they are.</summary>
    public required ShiftPoint Clean { get; init; }

    /// <summary>On the examples made worse; every kind and severity once.</summary>
    public required IReadOnlyList<ShiftPoint> Corrupted { get; init; }

    /// <summary>The kinds of corruption, in the order of their first points.</summary>
    internal IEnumerable<string> Kinds => Corrupted.Select(point => point.Corruption).Distinct(StringComparer.Ordinal);

    /// <summary>The mean over kinds at one severity; null where it was not measured.</summary>
    /// <param name="severity">How strongly.</param>
    public ShiftPoint? MeanAt(int severity)
    {
        var points = Corrupted.Where(point => point.Severity == severity).ToArray();
        return points.Length == 0
            ? null
            : new ShiftPoint(
                "mean",
                severity,
                points.Average(point => point.Accuracy),
                points.Average(point => point.NegativeLogLikelihood),
                points.Average(point => point.Ece15),
                points.Average(point => point.Entropy),
                points.Average(point => point.MutualInformation)
            );
    }

    /// <summary>The points of one kind by severity, after that of the examples as they are.</summary>
    internal IEnumerable<ShiftPoint> Of(string kind) =>
        Corrupted.Where(point => point.Corruption == kind).OrderBy(point => point.Severity).Prepend(Clean);
}
