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
}
