namespace LoRAEnsembleHub.Evaluation;

/// <summary>How many on each side share one score: what every threshold measure walks along.</summary>
internal readonly record struct ScoreStep(double Score, int Positives, int Negatives)
{
    /// <summary>The distinct scores of both sides, lowest first.</summary>
    internal static ScoreStep[] Ascending(IReadOnlyList<double> positives, IReadOnlyList<double> negatives)
    {
        MetricInput.Check(positives, nameof(positives));
        MetricInput.Check(negatives, nameof(negatives));
        var (high, low) = (positives.Order().ToArray(), negatives.Order().ToArray());
        var steps = new List<ScoreStep>();
        for (var (i, j) = (0, 0); i < high.Length || j < low.Length; )
        {
            var score =
                i == high.Length ? low[j]
                : j == low.Length ? high[i]
                : Math.Min(high[i], low[j]);
            var (firstHigh, firstLow) = (i, j);
            while (i < high.Length && high[i] == score)
            {
                i++;
            }

            while (j < low.Length && low[j] == score)
            {
                j++;
            }

            steps.Add(new ScoreStep(score, i - firstHigh, j - firstLow));
        }

        return [.. steps];
    }
}
