namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>How much a server takes from its clients; each at least 1.</summary>
public sealed record ServerLimits
{
    /// <summary>The size of one file, in bytes.</summary>
    public long FileBytes { get; init; } = 200L << 30;

    /// <summary>The body of one commit, in bytes; the files inside are a third larger there.</summary>
    public long CommitBytes { get; init; } = 16L << 30;

    /// <summary>The body of any other request with JSON, in bytes.</summary>
    public int JsonBytes { get; init; } = 16 << 20;

    /// <summary>Files and folders that one commit may add or delete.</summary>
    public int CommitOperations { get; init; } = 25_000;

    /// <summary>Files that a repository may have.</summary>
    public int FilesPerRepo { get; init; } = 100_000;

    /// <summary>Names in one request.</summary>
    public int PathsPerRequest { get; init; } = 1_000;

    /// <summary>Bodies with files that are read at once; further ones are asked to come again.</summary>
    public int ConcurrentUploads { get; init; } = 32;

    /// <summary>What the store may hold altogether, in bytes; null for whatever the disk has.</summary>
    public long? QuotaBytes { get; init; }

    internal void Check()
    {
        AtLeastOne(FileBytes, nameof(FileBytes));
        AtLeastOne(CommitBytes, nameof(CommitBytes));
        AtLeastOne(JsonBytes, nameof(JsonBytes));
        AtLeastOne(CommitOperations, nameof(CommitOperations));
        AtLeastOne(FilesPerRepo, nameof(FilesPerRepo));
        AtLeastOne(PathsPerRequest, nameof(PathsPerRequest));
        AtLeastOne(ConcurrentUploads, nameof(ConcurrentUploads));
        AtLeastOne(QuotaBytes ?? 1, nameof(QuotaBytes));
    }

    private static void AtLeastOne(long value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentException($"{name} is {value}; it must be 1 or more.");
        }
    }
}
