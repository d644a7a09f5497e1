namespace LoRAEnsembleHub.Hub;

/// <summary>Everything that is to happen, before anything of it does.</summary>
internal sealed record PushPlan
{
    /// <summary>Files that travel inside the commit.</summary>
    public required IReadOnlyList<PushFile> Inline { get; init; }

    /// <summary>Files that go to the large-file store first.</summary>
    public required IReadOnlyList<PushFile> Large { get; init; }

    /// <summary>Files that the hub has already.</summary>
    public required IReadOnlyList<PushFile> Unchanged { get; init; }

    /// <summary>Files that the hub ignores.</summary>
    public required IReadOnlyList<PushFile> Ignored { get; init; }

    /// <summary>Files of the repository that go.</summary>
    public IReadOnlyList<string> Deleted { get; init; } = [];

    /// <summary>Whether there is nothing to commit.</summary>
    public bool IsEmpty => Inline.Count + Large.Count + Deleted.Count == 0;

    /// <summary>Bytes that the hub does not have, as far as is known.</summary>
    public long Bytes => Inline.Concat(Large).Sum(file => file.Size);
}
