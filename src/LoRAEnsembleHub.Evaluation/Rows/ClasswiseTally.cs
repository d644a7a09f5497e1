namespace LoRAEnsembleHub.Evaluation;

/// <summary>Bins for each class's "this class or not".</summary>
/// <remarks>Bin by bin, since of many classes almost all fall into the first: that one is walked through in the order of memory.</remarks>
internal sealed class ClasswiseTally(int classes, int bins)
{
    private readonly int[] counts = new int[bins * classes]; // [bins, classes]; so are the next two
    private readonly int[] right = new int[bins * classes];
    private readonly CompensatedSum[] sums = new CompensatedSum[bins * classes];
    private int examples;

    internal void Add(ReadOnlySpan<double> distribution, int truth)
    {
        examples++;
        for (var label = 0; label < distribution.Length; label++)
        {
            if (distribution[label] > 0)
            {
                var at = (BinTally.Find(distribution[label], bins) * classes) + label;
                counts[at]++;
                right[at] += label == truth ? 1 : 0;
                sums[at].Add(distribution[label]);
            }
        }
    }

    /// <summary>The mean over classes of their calibration errors.</summary>
    internal double Error()
    {
        var total = 0.0;
        for (var at = 0; at < counts.Length; at++)
        {
            total += Math.Abs(right[at] - sums[at].Value) / examples;
        }

        return total / classes;
    }
}
