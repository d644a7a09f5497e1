namespace LoRAEnsembleHub.Hub;

/// <summary>One content to check, and what says how.</summary>
/// <param name="Path">Where its bytes lie.</param>
/// <param name="Size">How many.</param>
/// <param name="Expected">What they should be: several if listings and the name differ; none if nothing says.</param>
/// <param name="Uses">The files of snapshots that have them.</param>
internal sealed record ContentToCheck(string Path, long Size, IReadOnlyList<ContentHash> Expected, IReadOnlyList<CachedUse> Uses);

/// <summary>Collects what is to be checked of one repository: a listing decides, else the name of the content, which is its hash.</summary>
internal static class RepoContents
{
    /// <returns>Every content once.</returns>
    /// <param name="repo">The repository.</param>
    /// <param name="trees">The listings that are here, by commit.</param>
    /// <param name="only">The commit to check; null for all, with contents that no snapshot has.</param>
    public static IReadOnlyList<ContentToCheck> Collect(
        CachedRepo repo,
        IReadOnlyDictionary<string, IReadOnlyList<RepoFile>> trees,
        CommitHash? only
    )
    {
        var found = new List<ContentToCheck>();
        var listings = trees.ToDictionary(tree => tree.Key, tree => tree.Value.ToDictionary(file => file.Path, file => file.Hash));
        var revisions = repo.Revisions.Where(revision => only is null || revision.Commit == only.Hex);
        var files = revisions.SelectMany(revision => revision.Files.Select(file => (revision.Commit, File: file)));
        foreach (var group in files.GroupBy(pair => pair.File.BlobPath, StringComparer.Ordinal))
        {
            var listed = group
                .Select(pair => listings.GetValueOrDefault(pair.Commit)?.GetValueOrDefault(pair.File.Name))
                .OfType<ContentHash>()
                .Distinct()
                .ToList();
            if (listed.Count == 0 && Named(repo, group.Key) is { } name)
            {
                listed.Add(name);
            }

            found.Add(new(group.Key, group.First().File.Size, listed, [.. group.Select(pair => Use(pair.Commit, pair.File))]));
        }

        if (only is null)
        {
            found.AddRange(
                repo.Orphans.Select(blob => new ContentToCheck(blob.Path, blob.Size, Named(repo, blob.Path) is { } name ? [name] : [], []))
            );
        }

        return found;
    }

    // Only a file of the repository's own contents is named for what it holds.
    private static ContentHash? Named(CachedRepo repo, string path) =>
        Path.GetDirectoryName(path) == Path.Combine(repo.Folder, "blobs") && ContentHash.TryParse(Path.GetFileName(path), out var hash)
            ? hash
            : null;

    private static CachedUse Use(string commit, CachedFile file) =>
        new()
        {
            Commit = CommitHash.TryParse(commit, out var hash) ? hash : null,
            Name = file.Name,
            Path = file.Path,
        };
}
