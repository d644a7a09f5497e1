namespace LoRAEnsembleHub.Evaluation;

/// <summary>Gathers the usual figures of one prediction, an example at a time.</summary>
internal sealed class DistributionTally(int classes)
{
    private readonly ClassTally named = new(classes);
    private readonly BinTally ten = new(10);
    private readonly BinTally fifteen = new(15);
    private CompensatedSum likelihood;
    private CompensatedSum brier;
    private CompensatedSum entropy;
    private int examples;

    /// <summary>Adds one example.</summary>
    /// <param name="row">The distribution.</param>
    /// <param name="truth">The true class.</param>
    /// <param name="log">The logarithm of its probability.</param>
    /// <param name="rowEntropy">The distribution's entropy in nats.</param>
    internal void Add(DistributionRow row, int truth, double log, double rowEntropy)
    {
        examples++;
        named.Add(row.Label, truth);
        ten.Add(row.Confidence, row.Label == truth);
        fifteen.Add(row.Confidence, row.Label == truth);
        likelihood.Add(-log);
        brier.Add(RowScore.Brier(row.Values, truth));
        entropy.Add(rowEntropy);
    }

    internal IReadOnlyList<ClassScores> ToClassScores() => named.ToScores();

    internal EvaluationScores ToScores() =>
        new()
        {
            Accuracy = named.Accuracy,
            MacroF1 = MacroScores.Of(named.ToScores()).F1,
            NegativeLogLikelihood = likelihood.Value / examples,
            Brier = brier.Value / examples,
            Ece10 = ten.Error(),
            Ece15 = fifteen.Error(),
            MeanEntropy = entropy.Value / examples,
        };
}
