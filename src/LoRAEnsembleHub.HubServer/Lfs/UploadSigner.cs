using System.Security.Cryptography;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>Signs what a client may do without a token, and recognizes its own signatures.</summary>
/// <remarks>HMAC-SHA256 under a key that lies in the store, so that uploads go on after a restart of the server.</remarks>
internal sealed class UploadSigner
{
    private const int KeyBytes = 32;

    private readonly byte[] key;

    /// <param name="key">32 secret bytes.</param>
    public UploadSigner(byte[] key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        this.key = key;
    }

    /// <summary>Reads the key of a store; makes one if there is none.</summary>
    /// <param name="path">The file of the key, which nobody but its owner can read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static async Task<UploadSigner> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            await WriteAsync(path, RandomNumberGenerator.GetBytes(KeyBytes), cancellationToken).ConfigureAwait(false);
        }

        var key = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        return key.Length == KeyBytes
            ? new(key)
            : throw new InvalidDataException(
                $"{path} has {key.Length} bytes; a key has {KeyBytes}. Delete it: addresses handed out before then end."
            );
    }

    /// <returns>The signature of a text, 64 hexadecimal digits.</returns>
    public string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    /// <returns>Whether a signature is that of a text; the time it takes tells nothing.</returns>
    public bool Fits(string text, string? signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(text)), Encoding.ASCII.GetBytes(signature ?? ""));

    private static async Task WriteAsync(string path, byte[] key, CancellationToken cancellationToken)
    {
        var part = path + ".part";
        File.Delete(part);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(part, options);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(key, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        DurableFile.Move(part, path);
    }
}
