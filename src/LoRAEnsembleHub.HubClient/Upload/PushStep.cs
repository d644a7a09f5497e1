namespace LoRAEnsembleHub.Hub;

/// <summary>What one commit of a push brings.</summary>
internal sealed record PushStep
{
    public required CommitMessage Message { get; init; }

    public required IReadOnlyList<PushFile> Inline { get; init; }

    public required IReadOnlyList<PushFile> Large { get; init; }

    public IReadOnlyList<string> Deleted { get; init; } = [];

    /// <summary>Whether no other commit follows.</summary>
    public required bool IsLast { get; init; }

    /// <returns>The changes by name; what goes comes first, so that a file may take the place of a folder.</returns>
    /// <param name="declined">Large files that the store does not take, so that they travel inside.</param>
    public IReadOnlyList<CommitOperation> Operations(IReadOnlyList<PushFile> declined) =>
        [
            .. Deleted.Select(path => new DeletedFile(path)),
            .. Inline
                .Concat(declined)
                .Select(CommitOperation (file) => new InlineFile(file))
                .Concat(Large.Except(declined).Select(file => new LargeFile(file)))
                .OrderBy(operation => operation.Path, StringComparer.Ordinal),
        ];
}
