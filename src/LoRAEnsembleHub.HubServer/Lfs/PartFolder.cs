using System.Globalization;
using System.Security.Cryptography;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>The parts of unfinished uploads: a folder for each content and repository, a file <c>NUMBER.SHA256</c> for each part.</summary>
/// <remarks>A part appears by one rename after it came in full, so a part that is there was acknowledged or can be.</remarks>
internal sealed class PartFolder(string root, TimeProvider time)
{
    private const string UnfinishedEnding = ".part";

    /// <summary>How long parts wait for the rest.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Takes a part in, in place of an earlier one.</summary>
    /// <param name="grant">Which part.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="cancellationToken">Ends it; nothing is kept then.</param>
    /// <returns>SHA-256 of the part, by which the completion names it.</returns>
    /// <exception cref="RequestFault">400: more or fewer bytes than the part has.</exception>
    public async Task<string> PutAsync(UploadGrant grant, Stream body, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(FolderOf(grant)).FullName;
        var unfinished = Path.Combine(folder, Path.GetRandomFileName() + UnfinishedEnding);
        try
        {
            var hash = await WriteAsync(grant, body, unfinished, cancellationToken).ConfigureAwait(false);
            foreach (
                var earlier in Directory
                    .EnumerateFiles(folder, NameOf(grant.Part, "*"))
                    .Where(file => !file.EndsWith(hash, StringComparison.Ordinal))
            )
            {
                File.Delete(earlier);
            }

            DurableFile.Move(unfinished, Path.Combine(folder, NameOf(grant.Part, hash)));
            return hash;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <returns>The files of all parts in their order.</returns>
    /// <param name="grant">Of what.</param>
    /// <param name="hashes">SHA-256 of each part, in order.</param>
    /// <exception cref="RequestFault">400: a part is not there, or is another.</exception>
    public IReadOnlyList<string> Locate(UploadGrant grant, IReadOnlyList<string> hashes)
    {
        var files = hashes.Select((hash, index) => Path.Combine(FolderOf(grant), NameOf(index + 1, hash))).ToList();
        var missing = files.FindIndex(file => !File.Exists(file));
        return missing < 0
            ? files
            : throw RequestFault.BadRequest($"Part {missing + 1} of {grant.Content} has not come, or not with that ETag. Send it again.");
    }

    /// <summary>Drops the parts of an upload that has ended.</summary>
    public void Forget(UploadGrant grant) => Delete(FolderOf(grant));

    /// <summary>Drops what no client finished in time.</summary>
    public void Collect()
    {
        if (!Directory.Exists(root))
        {
            return;
        }

        var oldest = (time.GetUtcNow() - KeepFor).UtcDateTime;
        foreach (var upload in Directory.EnumerateDirectories(root).SelectMany(Directory.EnumerateDirectories).ToList())
        {
            if (Directory.GetLastWriteTimeUtc(upload) < oldest)
            {
                Delete(upload);
            }
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else has ended the same upload.
        }
    }

    private static async Task<string> WriteAsync(UploadGrant grant, Stream body, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 17];
            var total = 0L;
            int count;
            while ((count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                total += count;
                if (total > grant.BytesOfPart)
                {
                    break;
                }

                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }

            if (total != grant.BytesOfPart)
            {
                throw RequestFault.BadRequest(
                    $"Part {grant.Part} has {grant.BytesOfPart} bytes; {(count > 0 ? "more" : total)} came. Nothing was kept of it."
                );
            }

            file.Flush(flushToDisk: true);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string NameOf(int part, string hash) => $"{part.ToString("D5", CultureInfo.InvariantCulture)}.{hash}";

    private string FolderOf(UploadGrant grant) =>
        Path.Combine(
            root,
            grant.Repo.CacheFolderName,
            string.Create(CultureInfo.InvariantCulture, $"{grant.Content.Hex}-{grant.Size}-{grant.PartBytes}")
        );
}
