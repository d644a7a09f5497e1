namespace LoRAEnsembleHub.Training;

/// <summary>A training run cannot start or cannot go on.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Makes an exception with a message that says what was found, what was needed, where, and what to do.</summary>
    public TrainingException(string message)
        : base(message) { }

    /// <summary>Makes an exception on top of the one that revealed the fault.</summary>
    public TrainingException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>Settings are no JSON, as against settings that say something impossible.</summary>
    public bool IsMalformed { get; init; }

    /// <summary>A setting is wrong, as against data, files or a training that fail.</summary>
    public bool IsSetting { get; init; }

    /// <summary>Tells of a wrong setting.</summary>
    internal static TrainingException OfSetting(string message) => new(message) { IsSetting = true };
}
