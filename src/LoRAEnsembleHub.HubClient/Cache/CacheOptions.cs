namespace LoRAEnsembleHub.Hub;

/// <summary>How a snapshot of the cache refers to its content.</summary>
public enum PointerKind
{
    /// <summary>A relative symbolic link, as huggingface_hub makes: the choice wherever the system allows it.</summary>
    SymbolicLink,

    /// <summary>A second name of the same file: no bytes are doubled.</summary>
    HardLink,

    /// <summary>A copy of the bytes.</summary>
    Copy,
}

/// <summary>How the cache is written.</summary>
internal sealed record CacheOptions
{
    /// <summary>The first kind of pointer to try; the later ones follow where it fails.</summary>
    public PointerKind FirstPointerKind { get; init; } = PointerKind.SymbolicLink;

    /// <summary>How long to wait for a lock that another process holds; null for as long as it takes.</summary>
    public TimeSpan? LockTimeout { get; init; }
}
