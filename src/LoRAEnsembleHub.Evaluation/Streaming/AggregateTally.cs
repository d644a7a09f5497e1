namespace LoRAEnsembleHub.Evaluation;

/// <summary>Gathers what is kept of the ensemble's own prediction.</summary>
internal sealed class AggregateTally(int classes, int classwiseBins)
{
    internal DistributionTally Figures { get; } = new(classes);

    internal ScoreColumns Columns { get; } = new();

    internal ClasswiseTally? Classwise { get; } = classwiseBins > 0 ? new ClasswiseTally(classes, classwiseBins) : null;

    internal void Add(DistributionRow row, int truth, double log, double entropy)
    {
        Figures.Add(row, truth, log, entropy);
        Columns.Add(row, truth, log);
        Classwise?.Add(row.Values, truth);
    }
}
