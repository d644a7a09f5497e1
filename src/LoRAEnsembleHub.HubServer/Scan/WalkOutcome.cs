namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>How a walk over a pickle can end.</summary>
internal enum WalkOutcome
{
    /// <summary>At STOP.</summary>
    Stopped,

    /// <summary>At something that is no opcode, or at the end of the bytes; Python fails there too.</summary>
    Broken,

    /// <summary>At a limit; Python would go on.</summary>
    TooLarge,
}
