namespace LoRAEnsembleHub.Evaluation;

/// <summary>What a <see cref="StreamingEvaluation"/> gathers beside the usual.</summary>
public sealed record StreamingOptions
{
    /// <summary>[members]; what each member's logits are divided by, above 0; null for 1 throughout.</summary>
    public IReadOnlyList<double>? Temperatures { get; init; }

    /// <summary>Bins of the class-wise calibration error, 1 or more; 0 leaves it out and saves classes × bins counters.</summary>
    public int ClasswiseBins { get; init; } = 15;

    /// <summary>Whether to compare every pair of members, which costs members² × classes for each example.</summary>
    public bool Pairs { get; init; }
}
