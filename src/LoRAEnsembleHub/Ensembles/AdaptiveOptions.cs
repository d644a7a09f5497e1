namespace LoRAEnsembleHub.Ensembles;

/// <summary>When an example needs no further members.</summary>
public sealed record AdaptiveOptions
{
    /// <summary>
    /// Null stops only where the members that are left cannot change the most probable class: where the sum of its probabilities is ahead of every
    /// other by more than there are members left, since each can move them apart by 1 at most. A number stops as soon as one more step moved no class's
    /// mean probability by more than it; above 0, below 1.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>Members that are computed between two looks; 1 or more.</summary>
    public int Step { get; init; } = 2;

    internal AdaptiveOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Step, 1);
        return Tolerance is null or (> 0 and < 1)
            ? this
            : throw new ArgumentOutOfRangeException(
                nameof(Tolerance),
                Tolerance,
                "The tolerance is above 0 and below 1, or null for the exact bound."
            );
    }
}
