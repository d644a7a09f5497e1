using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>The files of one repository of the store: <c>commits/HASH</c> and <c>trees/HASH</c>, never changed, and <c>state.json</c>, replaced.</summary>
/// <remarks>What a state names is on the disk before the state is, so at any moment the state on the disk is whole.</remarks>
internal sealed class RepoFolder(string path, ObjectStore objects, Action<StoreStep> step)
{
    private string StatePath => Path.Combine(path, "state.json");

    public async Task<RepoState> ReadStateAsync(CancellationToken cancellationToken) =>
        StoreJson.Read<RepoState>(await File.ReadAllBytesAsync(StatePath, cancellationToken).ConfigureAwait(false), StatePath);

    public async Task WriteStateAsync(RepoState state, CancellationToken cancellationToken)
    {
        await DurableFile
            .WriteAsync(StatePath, objects.NewTemporaryPath(), StoreJson.Write(state), cancellationToken)
            .ConfigureAwait(false);
        step(StoreStep.StateWritten);
    }

    /// <returns>The commit; null if there is none of that hash.</returns>
    /// <exception cref="InvalidDataException">The file is damaged: its text has another hash.</exception>
    public async Task<GitCommit?> ReadCommitAsync(CommitHash hash, CancellationToken cancellationToken)
    {
        var file = CommitPath(hash);
        if (!File.Exists(file))
        {
            return null;
        }

        var text = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        var found = GitHash.Of("commit", text);
        return found == hash.Hex
            ? GitCommit.Read(Encoding.UTF8.GetString(text))
            : throw new InvalidDataException($"{file} of the store is damaged: it has the hash {found}.");
    }

    /// <exception cref="InvalidDataException">The file is damaged: its files have another hash.</exception>
    public async Task<FileTree> ReadTreeAsync(string oid, CancellationToken cancellationToken)
    {
        var file = TreePath(oid);
        var entries = StoreJson.Read<List<StoredFile>>(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false), file);
        var tree = new FileTree(entries);
        return tree.Oid == oid
            ? tree
            : throw new InvalidDataException($"{file} of the store is damaged: its files have the hash {tree.Oid}.");
    }

    /// <summary>Puts a commit and its files beside the others; nothing names it yet.</summary>
    public async Task AddAsync(GitCommit commit, FileTree tree, CancellationToken cancellationToken)
    {
        foreach (var folder in new[] { CommitPath(commit.Hash), TreePath(tree.Oid) }.Select(Path.GetDirectoryName))
        {
            Directory.CreateDirectory(folder!);
        }

        await WriteOnceAsync(TreePath(tree.Oid), StoreJson.Write(tree.Files), cancellationToken).ConfigureAwait(false);
        step(StoreStep.TreeWritten);
        await WriteOnceAsync(CommitPath(commit.Hash), Encoding.UTF8.GetBytes(commit.Text()), cancellationToken).ConfigureAwait(false);
        step(StoreStep.CommitWritten);
    }

    private Task WriteOnceAsync(string file, byte[] content, CancellationToken cancellationToken) =>
        File.Exists(file) ? Task.CompletedTask : DurableFile.WriteAsync(file, objects.NewTemporaryPath(), content, cancellationToken);

    private string CommitPath(CommitHash hash) => Path.Combine(path, "commits", hash.Hex);

    private string TreePath(string oid) => Path.Combine(path, "trees", oid);
}
