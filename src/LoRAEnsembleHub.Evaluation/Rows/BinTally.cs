namespace LoRAEnsembleHub.Evaluation;

/// <summary>Counts scores and truths in bins of equal width: the data behind every reliability diagram.</summary>
internal sealed class BinTally(int bins)
{
    private readonly int[] counts = new int[bins];
    private readonly int[] right = new int[bins];
    private readonly CompensatedSum[] sums = new CompensatedSum[bins];
    private int all;

    internal void Add(double score, bool truth)
    {
        all++;
        if (score <= 0)
        {
            return;
        }

        var bin = Find(score, bins);
        counts[bin]++;
        right[bin] += truth ? 1 : 0;
        sums[bin].Add(score);
    }

    internal IReadOnlyList<ReliabilityBin> ToBins() => [.. Enumerable.Range(0, bins).Select(ToBin)];

    /// <summary>The gap between confidence and accuracy, weighted by the examples in each bin.</summary>
    internal double Error() => ToBins().Sum(bin => bin.Share * bin.Gap);

    private ReliabilityBin ToBin(int bin) =>
        new(
            bin / (double)bins,
            (bin + 1) / (double)bins,
            counts[bin],
            counts[bin] / (double)all,
            counts[bin] > 0 ? sums[bin].Value / counts[bin] : 0,
            counts[bin] > 0 ? right[bin] / (double)counts[bin] : 0
        );

    /// <summary>The bin that a score above 0 belongs to.</summary>
    internal static int Find(double score, int bins)
    {
        if (score <= 1 / (double)bins)
        {
            return 0;
        }

        // The product can round across an edge, so the edges themselves decide.
        var bin = Math.Clamp((int)Math.Ceiling(score * bins) - 1, 0, bins - 1);
        while (bin > 0 && score <= bin / (double)bins)
        {
            bin--;
        }

        while (bin < bins - 1 && score > (bin + 1) / (double)bins)
        {
            bin++;
        }

        return bin;
    }
}
