namespace LoRAEnsembleHub.Training;

/// <summary>How the learning rate changes over a run.</summary>
public enum ScheduleKind
{
    /// <summary>Linear rise, then half a cosine down to 0.</summary>
    Cosine,

    /// <summary>Linear rise, then linear fall to 0.</summary>
    Linear,

    /// <summary>Linear rise, then the full rate.</summary>
    Constant,

    /// <summary>The full rate for five epochs, then 0.85 of the rate before with every epoch; no rise.</summary>
    EpochStep,
}

/// <summary>Multipliers of the base learning rate.</summary>
/// <remarks>LoRA-Ensemble's code; cosine and linear as in transformers' get_cosine_schedule_with_warmup and get_linear_schedule_with_warmup.</remarks>
/// <param name="Kind">Which curve.</param>
/// <param name="WarmupSteps">Updates of the rise; 0 or more.</param>
/// <param name="TotalSteps">Updates in all; 1 or more.</param>
/// <param name="StepsPerEpoch">Updates per pass over the data; 1 or more.</param>
internal sealed record LearningRateSchedule(ScheduleKind Kind, int WarmupSteps, int TotalSteps, int StepsPerEpoch)
{
    /// <summary>The multiplier of the update that follows a number of finished ones.</summary>
    /// <param name="step">Updates done so far; 0 or more.</param>
    /// <returns>A number in [0, 1].</returns>
    public double MultiplierAt(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (Kind == ScheduleKind.EpochStep)
        {
            return Math.Pow(0.85, Math.Max(0, (step / StepsPerEpoch) - 4));
        }

        if (step < WarmupSteps)
        {
            return (double)step / Math.Max(1, WarmupSteps);
        }

        double rest = Math.Max(1, TotalSteps - WarmupSteps);
        return Kind switch
        {
            ScheduleKind.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (step - WarmupSteps) / rest))),
            ScheduleKind.Linear => Math.Max(0, (TotalSteps - step) / rest),
            _ => 1,
        };
    }
}
