namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Walks the commits before a commit.</summary>
internal static class History
{
    /// <returns>The commit and those before it, newest first.</returns>
    public static async IAsyncEnumerable<CommitEntry> Before(
        IRepository repo,
        CommitEntry commit,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var next = commit;
        while (next is not null)
        {
            yield return next;
            next = next.Parent is null ? null : await repo.FindCommitAsync(next.Parent, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds for each of some files and folders the commit that changed it last.</summary>
    /// <param name="view">The commit to look back from.</param>
    /// <param name="paths">Files and folders of it.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public static async Task<IReadOnlyDictionary<string, CommitEntry>> LastChangesAsync(
        RepoView view,
        IEnumerable<string> paths,
        CancellationToken cancellationToken
    )
    {
        var open = paths.ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, CommitEntry>(StringComparer.Ordinal);
        var (commit, tree) = (view.Commit, view.Tree);
        while (open.Count > 0)
        {
            var parent = commit.Parent is null
                ? null
                : await view.Repo.FindCommitAsync(commit.Parent, cancellationToken).ConfigureAwait(false);
            var before = parent is null ? null : await view.Repo.ReadTreeAsync(parent, cancellationToken).ConfigureAwait(false);
            foreach (var path in open.Where(path => before is null || Oid(before, path) != Oid(tree, path)).ToList())
            {
                found.Add(path, commit);
                open.Remove(path);
            }

            if (before is not null)
            {
                (commit, tree) = (parent!, before);
            }
        }

        return found;
    }

    private static string? Oid(FileTree tree, string path) => tree.Find(path)?.GitOid ?? tree.Folders.GetValueOrDefault(path);
}
