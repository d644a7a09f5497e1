using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LoRAEnsembleHub.Hub;

/// <summary>A folder of the user's that files are pulled into, with what huggingface_hub records of them in <c>.cache/huggingface</c>.</summary>
/// <remarks>Users share such folders and put links into them, so every write checks the way; see <see cref="PlainFolders"/>.</remarks>
internal sealed class LocalFolder
{
    private const string Ours = ".cache/huggingface/";

    // File systems store times coarser than clocks give them; huggingface_hub allows the same.
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(1);

    private readonly string records;
    private readonly FileLocker locker;
    private readonly PartialFiles partials;
    private readonly TimeProvider time;

    /// <param name="root">The folder.</param>
    /// <param name="time">For waits, notes and records.</param>
    /// <param name="logger">Told of long waits.</param>
    /// <param name="options">How; null for the defaults.</param>
    public LocalFolder(string root, TimeProvider time, ILogger logger, CacheOptions? options = null)
    {
        Root = Path.GetFullPath(root);
        records = Path.Combine(Root, ".cache", "huggingface");
        locker = new(time, logger, options?.LockTimeout);
        partials = new(time);
        this.time = time;
    }

    /// <summary>The folder, absolute.</summary>
    public string Root { get; }

    /// <returns>Where a file of the repository goes.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.UnsafeName"/>: the name is unsafe, or lies where the records are.</exception>
    public string File(string path) =>
        RepoPath.Check(path).StartsWith(Ours, StringComparison.OrdinalIgnoreCase)
            ? throw new HubException(
                HubErrorKind.UnsafeName,
                $"The file name '{HubText.Shown(path)}' is refused: it lies where the records of the folder are kept.",
                "Leave it out by a pattern, or pull into the cache instead."
            )
            : Path.Combine(Root, path.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Takes the lock of a file; held from the look at its record until the new one is written.</summary>
    public async Task<IDisposable> LockAsync(string path, CancellationToken cancellationToken)
    {
        var lockFile = Record(path) + ".lock";
        await PrepareAsync(lockFile, cancellationToken).ConfigureAwait(false);
        return await locker.TakeAsync(lockFile, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>What is recorded of a file; null if nothing is, or the file is gone or was changed since.</returns>
    /// <remarks>A record that makes no sense is deleted, as huggingface_hub does.</remarks>
    public async Task<LocalFileRecord?> ReadRecordAsync(string path, CancellationToken cancellationToken)
    {
        var place = Record(path) + ".metadata";
        if (await AtomicFile.ReadAsync(place, cancellationToken).ConfigureAwait(false) is not { } text)
        {
            return null;
        }

        if (LocalFileRecord.Parse(text) is not { } record)
        {
            PlainFolders.Check(Root, place);
            System.IO.File.Delete(place);
            return null;
        }

        var file = new FileInfo(File(path));
        return file.Exists && file.LastWriteTimeUtc - Leeway <= record.Written.UtcDateTime ? record : null;
    }

    /// <summary>Records that a file is now as it is in a commit.</summary>
    public async Task WriteRecordAsync(string path, CommitHash commit, ContentHash hash, CancellationToken cancellationToken)
    {
        var place = Record(path) + ".metadata";
        await PrepareAsync(place, cancellationToken).ConfigureAwait(false);
        var record = new LocalFileRecord
        {
            Commit = commit,
            Hash = hash,
            Written = time.GetUtcNow(),
        };
        await AtomicFile.WriteAsync(place, record.ToText(), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the partial of a file, with what an earlier run left of the same content.</summary>
    public async Task<PartialFile> OpenPartialAsync(
        string path,
        ContentHash hash,
        long size,
        string source,
        CancellationToken cancellationToken
    )
    {
        var record = Record(path) + ".metadata";
        await PrepareAsync(record, cancellationToken).ConfigureAwait(false);
        var place = Path.Combine(Path.GetDirectoryName(record)!, $"{ShortName(Path.GetFileName(record))}.{hash}");
        return await partials.OpenAsync(place, hash, size, source, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a partial the file; what was there is replaced.</summary>
    public async Task CompleteAsync(string path, PartialFile partial, CancellationToken cancellationToken)
    {
        var file = File(path);
        PlainFolders.MakeFor(Root, file);
        await partial.CompleteAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a copy of a blob the file, all at once.</summary>
    /// <param name="path">The file's name in the repository.</param>
    /// <param name="blob">What is copied.</param>
    /// <param name="cancellationToken">Gives up before the rename.</param>
    public async Task CopyAsync(string path, string blob, CancellationToken cancellationToken)
    {
        var record = Record(path) + ".metadata";
        await PrepareAsync(record, cancellationToken).ConfigureAwait(false);
        var file = File(path);
        PlainFolders.MakeFor(Root, file);
        var temporary = UniqueName.Beside(Path.Combine(Path.GetDirectoryName(record)!, ShortName(Path.GetFileName(record))), ".incomplete");
        try
        {
            var source = new FileStream(blob, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
            await using (source.ConfigureAwait(false))
            {
                var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true);
                await using (target.ConfigureAwait(false))
                {
                    await source.CopyToAsync(target, 1 << 20, cancellationToken).ConfigureAwait(false);
                    target.Flush(flushToDisk: true);
                }
            }

            System.IO.File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            System.IO.File.Delete(temporary);
        }
    }

    /// <summary>Keeps the listing of a commit.</summary>
    public async Task WriteTreeAsync(CommitHash commit, IEnumerable<RepoFile> files, CancellationToken cancellationToken)
    {
        var place = Tree(commit);
        await PrepareAsync(place, cancellationToken).ConfigureAwait(false);
        await AtomicFile.WriteAsync(place, TreeFile.Write(files), null, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The listing of a commit; null if it is not here.</returns>
    public async Task<IReadOnlyList<RepoFile>?> ReadTreeAsync(CommitHash commit, CancellationToken cancellationToken) =>
        await AtomicFile.ReadAsync(Tree(commit), cancellationToken).ConfigureAwait(false) is { } text ? TreeFile.Read(text) : null;

    private string Tree(CommitHash commit) => Path.Combine(records, "trees", commit.Hex + ".json");

    private string Record(string path) => Path.Combine(records, "download", Path.GetRelativePath(Root, File(path)));

    // The name of huggingface_hub's partial files: short, whatever the length of the file's own name.
    private static string ShortName(string recordName)
    {
#pragma warning disable CA5350 // It shortens a name, it protects nothing.
        var hash = SHA1.HashData(Encoding.UTF8.GetBytes(recordName));
#pragma warning restore CA5350
        return Convert.ToBase64String(hash).Replace('+', '-').Replace('/', '_');
    }

    private async Task PrepareAsync(string path, CancellationToken cancellationToken)
    {
        PlainFolders.MakeFor(Root, path);
        await KeepAsync(Path.Combine(records, ".gitignore"), "*", cancellationToken).ConfigureAwait(false);
        await KeepAsync(Path.Combine(records, CacheLayout.TagFileName), CacheWriter.TagText, cancellationToken).ConfigureAwait(false);
    }

    private static async Task KeepAsync(string path, string text, CancellationToken cancellationToken)
    {
        if (!System.IO.File.Exists(path))
        {
            await AtomicFile.WriteAsync(path, text, null, cancellationToken).ConfigureAwait(false);
        }
    }
}
