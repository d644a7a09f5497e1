namespace LoRAEnsembleHub.Evaluation;

/// <summary>How unsure an ensemble is about each example, and how much of it the members disagree about.</summary>
/// <remarks>
/// Predictive entropy (total) = mean member entropy (noise in the data, aleatoric) + mutual information (doubt about the model,
/// epistemic); Depeweg et al. 2018, arXiv 1710.07283. The split holds for mean probabilities only, so these are used whatever the
/// aggregation of the prediction.
/// </remarks>
public sealed class Uncertainty
{
    private readonly double[] variance; // [examples, classes]
    private readonly int classes;

    private Uncertainty(double[] predictiveEntropy, double[] meanMemberEntropy, double[] variance, int classes)
    {
        (PredictiveEntropy, MeanMemberEntropy) = (predictiveEntropy, meanMemberEntropy);
        (this.variance, this.classes) = (variance, classes);

        // Rounding can leave a few units of the last place below zero where the members agree.
        MutualInformation = [.. predictiveEntropy.Zip(meanMemberEntropy, (total, members) => Math.Max(0.0, total - members))];
    }

    /// <summary>[examples]; entropy of the mean probability in nats, 0 … ln classes.</summary>
    public IReadOnlyList<double> PredictiveEntropy { get; }

    /// <summary>[examples]; mean over members of each member's entropy in nats, 0 … ln classes.</summary>
    public IReadOnlyList<double> MeanMemberEntropy { get; }

    /// <summary>[examples]; the difference in nats, 0 (members agree) … ln of the smaller of members and classes.</summary>
    public IReadOnlyList<double> MutualInformation { get; }

    /// <summary>The population variance of each probability over the members.</summary>
    /// <param name="example">An example.</param>
    /// <returns>[classes]; 0 … 0.25 each.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public ReadOnlySpan<double> Variance(int example)
    {
        PredictionsCheck.Index(example, PredictiveEntropy.Count, nameof(example));
        return variance.AsSpan(example * classes, classes);
    }

    /// <summary>The population variance over members, averaged over examples and classes; 0 … 0.25.</summary>
    public double MeanVariance
    {
        get
        {
            var sum = default(CompensatedSum);
            for (var example = 0; example < PredictiveEntropy.Count; example++)
            {
                sum.Add(Lanes.Sum(Variance(example)));
            }

            return sum.Value / variance.Length;
        }
    }

    /// <summary>Computes the uncertainties of every example.</summary>
    /// <param name="predictions">The ensemble's logits; labels are not needed.</param>
    public static Uncertainty Of(Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var (members, examples, classes) = (predictions.Members, predictions.Examples, predictions.Classes);
        var (total, inner) = (new double[examples], new double[examples]);
        var variance = new double[examples * classes];
        var row = new EnsembleRow(members, classes);
        for (var example = 0; example < examples; example++)
        {
            row.Take(predictions, example);
            row.ApplyMembers();
            (total[example], inner[example]) = (row.PredictiveEntropy, row.MeanMemberEntropy);
            row.AddVariance(variance.AsSpan(example * classes, classes));
        }

        return new Uncertainty(total, inner, variance, classes);
    }
}
