namespace LoRAEnsembleHub.Evaluation;

/// <summary>Bins for each class's "this class or not".</summary>
internal sealed class ClasswiseTally(int classes, int bins)
{
    private readonly BinTally[] tallies = [.. Enumerable.Range(0, classes).Select(_ => new BinTally(bins))];

    internal void Add(ReadOnlySpan<double> distribution, int truth)
    {
        for (var label = 0; label < distribution.Length; label++)
        {
            tallies[label].Add(distribution[label], label == truth);
        }
    }

    /// <summary>The mean over classes of their calibration errors.</summary>
    internal double Error() => tallies.Average(tally => tally.Error());
}
