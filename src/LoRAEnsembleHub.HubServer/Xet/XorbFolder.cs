namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>The xorbs that clients have sent to one server, a folder for each repository.</summary>
/// <remarks>
/// The name of a xorb is the client's word: nothing here computes BLAKE3. So xorbs are kept apart by repository, a later upload replaces an
/// earlier one, and nothing built from them is stored before its SHA-256 is right. A file <c>HASH</c> is a body; a file <c>HASH.places</c>
/// stands for a body that was dropped because all of its chunks lie in stored content: clients remember xorbs for weeks and refer to them.
/// </remarks>
internal sealed class XorbFolder
{
    private const string PlacesEnding = ".places";
    private const string PartEnding = ".part";

    private readonly string root;
    private readonly Func<ContentHash, Stream?> openContent;
    private readonly TimeProvider time;

    /// <param name="root">The folder; made when the first xorb arrives.</param>
    /// <param name="openContent">Opens stored content by its SHA-256, seekable; null if it is not stored.</param>
    /// <param name="time">The clock by which bodies grow old.</param>
    public XorbFolder(string root, Func<ContentHash, Stream?> openContent, TimeProvider time) =>
        (this.root, this.openContent, this.time) = (root, openContent, time);

    /// <summary>The most bodies that one repository may have waiting.</summary>
    public int MaxWaiting { get; init; } = 16_384;

    /// <summary>How long a body waits for a shard that uses it.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(1);

    /// <returns>Whether the chunks of a xorb can be had.</returns>
    public bool Contains(RepoId repo, XetHash hash) => File.Exists(BodyPath(repo, hash)) || File.Exists(PlacesPath(repo, hash));

    /// <summary>Takes a xorb in.</summary>
    /// <param name="repo">The repository it is for.</param>
    /// <param name="hash">The client's name for it.</param>
    /// <param name="body">The bytes; read to the end.</param>
    /// <param name="cancellationToken">Ends the upload; nothing is left of it then.</param>
    /// <returns>Whether it is new.</returns>
    /// <exception cref="XetException">The bytes are no xorb, are too many, or too many xorbs wait already.</exception>
    public async Task<bool> PutAsync(RepoId repo, XetHash hash, Stream body, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(FolderOf(repo)).FullName;
        if (Directory.EnumerateFiles(folder).Count(IsBody) >= MaxWaiting)
        {
            throw new XetException($"{MaxWaiting} xorbs of {repo} wait for a shard already. Send the shard that uses them first.");
        }

        var part = Path.Combine(folder, Path.GetRandomFileName() + PartEnding);
        try
        {
            var file = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite);
            await using (file.ConfigureAwait(false))
            {
                await CopyAsync(body, file, cancellationToken).ConfigureAwait(false);
                await XorbReader.FindChunksAsync(file, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            var isNew = !Contains(repo, hash);
            File.Move(part, BodyPath(repo, hash), overwrite: true);
            return isNew;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Opens a xorb.</summary>
    /// <returns>Its chunks, which the caller disposes.</returns>
    /// <exception cref="XetException">It is not there.</exception>
    public async Task<OpenXorb> OpenAsync(RepoId repo, XetHash hash, CancellationToken cancellationToken)
    {
        try
        {
            if (File.Exists(BodyPath(repo, hash)))
            {
                return await StoredXorb.ReadAsync(OpenBody(repo, hash), cancellationToken).ConfigureAwait(false);
            }

            var lines = await File.ReadAllLinesAsync(PlacesPath(repo, hash), cancellationToken).ConfigureAwait(false);
            return new RetiredXorb([.. lines.Select(RetiredChunk.Parse)], openContent);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new XetException(
                $"The xorb {hash} has not been uploaded to {repo}, or too long ago. Upload it, then send the shard again.",
                error
            );
        }
    }

    /// <summary>Drops a body whose chunks all lie in stored content, and remembers where.</summary>
    /// <param name="repo">The repository.</param>
    /// <param name="hash">The xorb.</param>
    /// <param name="chunks">Where each of its chunks lies.</param>
    /// <param name="cancellationToken">Ends the writing; the body stays then.</param>
    public async Task RetireAsync(RepoId repo, XetHash hash, IReadOnlyList<RetiredChunk> chunks, CancellationToken cancellationToken)
    {
        var part = Path.Combine(FolderOf(repo), Path.GetRandomFileName() + PartEnding);
        await File.WriteAllLinesAsync(part, chunks.Select(chunk => chunk.ToLine()), cancellationToken).ConfigureAwait(false);
        File.Move(part, PlacesPath(repo, hash), overwrite: true);
        File.Delete(BodyPath(repo, hash));
    }

    /// <summary>Deletes bodies that no shard asked for in time, and what broken uploads left.</summary>
    /// <returns>How many files went.</returns>
    public int Collect()
    {
        if (!Directory.Exists(root))
        {
            return 0;
        }

        var oldest = (time.GetUtcNow() - KeepFor).UtcDateTime;
        var old = Directory
            .EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(PlacesEnding, StringComparison.Ordinal) && File.GetLastWriteTimeUtc(file) < oldest)
            .ToList();
        old.ForEach(File.Delete);
        return old.Count;
    }

    /// <summary>Drops all that is kept for a repository that is no more.</summary>
    public void Forget(RepoId repo)
    {
        if (Directory.Exists(FolderOf(repo)))
        {
            Directory.Delete(FolderOf(repo), recursive: true);
        }
    }

    // A xorb may be replaced or retired while it is read, on Windows too.
    private FileStream OpenBody(RepoId repo, XetHash hash) =>
        new(BodyPath(repo, hash), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    private static bool IsBody(string file) => XetHash.TryParse(Path.GetFileName(file), out _);

    private static async Task CopyAsync(Stream body, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (file.Length + count > XetLimits.XorbBytes)
            {
                throw new XetException($"The xorb is longer than {XetLimits.XorbBytes} bytes.");
            }

            await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
    }

    private string FolderOf(RepoId repo) => Path.Combine(root, repo.CacheFolderName);

    private string BodyPath(RepoId repo, XetHash hash) => Path.Combine(FolderOf(repo), hash.Hex);

    private string PlacesPath(RepoId repo, XetHash hash) => BodyPath(repo, hash) + PlacesEnding;
}
