namespace LoRAEnsembleHub.Hub;

/// <summary>How far a transfer is.</summary>
public sealed record TransferProgress
{
    /// <summary>Bytes that are there. It can fall when a try fails and is begun again.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes in all.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Files that are done.</summary>
    public required int Files { get; init; }

    /// <summary>Files in all.</summary>
    public required int TotalFiles { get; init; }
}
