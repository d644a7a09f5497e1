using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Hashes content piece by piece, as a <see cref="ContentHash"/> of either kind.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly IncrementalHash hash;

    private ContentHasher(IncrementalHash hash) => this.hash = hash;

    /// <returns>A hasher for SHA-256 of the bytes.</returns>
    public static ContentHasher Sha256() => new(IncrementalHash.CreateHash(HashAlgorithmName.SHA256));

    /// <returns>A hasher for git's SHA-1 of a blob.</returns>
    /// <param name="length">How many bytes will follow; git hashes the length first.</param>
    public static ContentHasher GitBlob(long length)
    {
#pragma warning disable CA5350 // Git's own hash; it names content, it does not protect it.
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {length}\0")));
        return new(hash);
    }

    /// <returns>A hasher of the kind that <paramref name="expected"/> is.</returns>
    /// <param name="expected">What the content should have.</param>
    /// <param name="length">How many bytes will follow.</param>
    public static ContentHasher For(ContentHash expected, long length) => expected.IsSha256 ? Sha256() : GitBlob(length);

    /// <summary>Hashes a file.</summary>
    /// <param name="path">The file; others may go on using it.</param>
    /// <param name="kind">A hash of the kind that is wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The hash, and how many bytes the file has.</returns>
    public static async Task<(ContentHash Hash, long Size)> HashFileAsync(
        string path,
        ContentHash kind,
        CancellationToken cancellationToken
    )
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
        await using (stream.ConfigureAwait(false))
        {
            var size = stream.Length;
            using var hasher = For(kind, size);
            await hasher.AppendAsync(stream, cancellationToken).ConfigureAwait(false);
            return (hasher.Finish(), size);
        }
    }

    /// <summary>Takes more bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    /// <summary>Takes all bytes that are left in a stream.</summary>
    /// <returns>How many.</returns>
    public async Task<long> AppendAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        var total = 0L;
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            Append(buffer.AsSpan(0, count));
            total += count;
        }

        return total;
    }

    /// <summary>Ends the hash and starts afresh without git's length.</summary>
    public ContentHash Finish() => ContentHash.Parse(Convert.ToHexStringLower(hash.GetHashAndReset()));

    public void Dispose() => hash.Dispose();
}
