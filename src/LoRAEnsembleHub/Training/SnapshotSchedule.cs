namespace LoRAEnsembleHub.Training;

/// <summary>Multipliers of the base learning rate for a snapshot ensemble, and when its snapshots are taken.</summary>
/// <remarks>
/// Huang et al. 2017 (arXiv 1704.00109), equation 2, as in LoRA-Ensemble's code: a burn-in with a linear rise and a cosine down to 0, whose
/// end is the first snapshot, then cosines of equal length, never below 1e-6, each ending in another. The released code lets the phase of
/// the cosines run from the start of the training, so that snapshots fall into the middle of cycles unless the burn-in is a multiple of
/// a cycle; here it runs from the end of the burn-in.
/// </remarks>
/// <param name="WarmupSteps">Updates of the rise; 0 or more.</param>
/// <param name="BurnInSteps">Updates up to the first snapshot; 1 or more.</param>
/// <param name="CycleSteps">Updates from one snapshot to the next; 1 or more, of no meaning with one snapshot.</param>
/// <param name="Snapshots">Snapshots in all; 1 or more.</param>
/// <param name="PhaseFromStart">Whether the phase runs as in the released code.</param>
internal sealed record SnapshotSchedule(int WarmupSteps, int BurnInSteps, int CycleSteps, int Snapshots, bool PhaseFromStart)
{
    private const double Lowest = 1e-6;

    /// <summary>Divides a run.</summary>
    /// <param name="options">Members, epochs, burn-in and warm-up.</param>
    /// <param name="totalSteps">Updates in all.</param>
    /// <exception cref="TrainingException">The run cannot be divided so.</exception>
    public static SnapshotSchedule Of(TrainingOptions options, int totalSteps)
    {
        var (epochs, snapshots) = (options.Epochs, options.Members);
        if (totalSteps % epochs != 0)
        {
            throw TrainingException.OfSetting(
                $"steps is {totalSteps} and epochs is {epochs}; snapshots are taken at the ends of epochs, so steps must be a multiple of it, or left out."
            );
        }

        var (others, stepsPerEpoch) = (snapshots - 1, totalSteps / epochs);
        var burnIn = Math.Max(options.BurnInEpochs, epochs / snapshots);
        while (others > 0 && burnIn < epochs && (epochs - burnIn) % others != 0)
        {
            burnIn++;
        }

        burnIn = others == 0 ? epochs : burnIn;
        return burnIn >= 1 && (others == 0 || burnIn < epochs)
            ? new(
                options.WarmupSteps,
                burnIn * stepsPerEpoch,
                others == 0 ? 1 : (epochs - burnIn) / others * stepsPerEpoch,
                snapshots,
                options.AsReleased
            )
            : throw TrainingException.OfSetting(
                $"epochs is {epochs}, burn_in_epochs {options.BurnInEpochs} and members {snapshots}; every snapshot needs an epoch of its own after the burn-in. "
                    + "Take more epochs, a shorter burn-in or fewer members."
            );
    }

    /// <summary>The multiplier of the update that follows a number of finished ones.</summary>
    /// <param name="step">Updates done so far; 0 or more.</param>
    /// <returns>A number in [0, 1].</returns>
    public double MultiplierAt(int step)
    {
        if (step < BurnInSteps)
        {
            return new LearningRateSchedule(ScheduleKind.Cosine, WarmupSteps, BurnInSteps, 1).MultiplierAt(step);
        }

        var phase = (PhaseFromStart ? step : step - BurnInSteps) % CycleSteps;
        return Math.Max(Lowest, 0.5 * (1 + Math.Cos(Math.PI * phase / CycleSteps)));
    }

    /// <summary>The number of snapshots taken once so many updates are done.</summary>
    public int SnapshotsAt(int step) => step < BurnInSteps ? 0 : Math.Min(Snapshots, 1 + ((step - BurnInSteps) / CycleSteps));
}
