namespace LoRAEnsembleHub.Hub;

/// <summary>How far a pull or push is.</summary>
public sealed record TransferProgress
{
    /// <summary>How many files it has.</summary>
    public required int Files { get; init; }

    /// <summary>How many of them are done.</summary>
    public required int FilesDone { get; init; }

    /// <summary>How many bytes all files have.</summary>
    public required long Bytes { get; init; }

    /// <summary>How many of them are there, also from before. It falls when bytes turn out wrong.</summary>
    public required long BytesDone { get; init; }

    /// <summary>How many bytes went over the network so far, repeated ones counted again.</summary>
    public required long BytesTransferred { get; init; }
}
