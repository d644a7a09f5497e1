namespace LoRAEnsembleHub.Cli;

/// <summary>What the process ends with; scripts may rely on these numbers.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Failed, or a check did not hold.</summary>
    Failed = 1,

    /// <summary>The command line was wrong.</summary>
    Usage = 2,

    /// <summary>A file or folder is not there.</summary>
    NotFound = 3,

    /// <summary>A file or folder may not be read or written.</summary>
    NotAllowed = 4,

    /// <summary>The network failed.</summary>
    Network = 5,

    /// <summary>Bytes are not what was promised: a bad hash or a malformed file.</summary>
    Integrity = 6,

    /// <summary>The user stopped it; 128 + SIGINT, as shells have it.</summary>
    Cancelled = 130,
}
