namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>What the hub above last said about a repository, kept on disk for the time when it cannot be asked.</summary>
/// <param name="CheckedAt">When it said so.</param>
/// <param name="State">Branches, tags and settings.</param>
internal sealed record MirrorNote(DateTimeOffset CheckedAt, RepoState State);
