namespace LoRAEnsembleHub.Hub;

/// <summary>Finds the files of a repository that a push deletes.</summary>
internal static class Deletions
{
    // Without it the hub would no longer know which files are large.
    private const string Attributes = ".gitattributes";

    /// <param name="present">What the repository has.</param>
    /// <param name="folder">The folder of the repository that is pushed to; empty for the root.</param>
    /// <param name="patterns">Which to delete, by their names in that folder.</param>
    /// <param name="pushed">What the push brings, changed or not.</param>
    /// <returns>Their names, in order.</returns>
    public static IReadOnlyList<string> Find(
        IEnumerable<RepoFile> present,
        string folder,
        IReadOnlyList<string> patterns,
        IEnumerable<PushFile> pushed
    )
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var chosen = new FilePatterns(patterns);
        var stays = pushed.Select(file => file.Path).Append(Attributes).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. present
                .Select(file => file.Path)
                .Where(path =>
                    path.StartsWith(prefix, StringComparison.Ordinal) && !stays.Contains(path) && chosen.Allows(path[prefix.Length..])
                )
                .Order(StringComparer.Ordinal),
        ];
    }
}
