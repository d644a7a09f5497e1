namespace LoRAEnsembleHub.Evaluation;

/// <summary>Grows <see cref="ExampleScores"/> an example at a time.</summary>
internal sealed class ScoreColumns
{
    private readonly List<int> labels = [];
    private readonly List<bool> right = [];
    private readonly List<int> ranks = [];
    private readonly List<double> confidence = [];
    private readonly List<double> likelihood = [];
    private readonly List<double> brier = [];

    internal void Add(DistributionRow row, int truth, double log)
    {
        labels.Add(row.Label);
        right.Add(row.Label == truth);
        ranks.Add(RowScore.Rank(row.Values, truth));
        confidence.Add(row.Confidence);
        likelihood.Add(-log);
        brier.Add(RowScore.Brier(row.Values, truth));
    }

    internal ExampleScores ToScores() => new([.. labels], [.. right], [.. ranks], [.. confidence], [.. likelihood], [.. brier]);
}
