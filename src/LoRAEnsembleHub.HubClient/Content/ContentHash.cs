using System.Diagnostics.CodeAnalysis;

namespace LoRAEnsembleHub.Hub;

/// <summary>Names content by its hash, as a hub's etags and the blobs of the cache do.</summary>
/// <remarks>
/// 64 digits are the SHA-256 of the bytes (large files); 40 digits are git's SHA-1 of a blob (small files): of <c>blob LENGTH\0</c> and the
/// bytes. Nothing else is ever taken for a hash, since it becomes a file name.
/// </remarks>
public sealed record ContentHash
{
    private const int Sha256Digits = 64;
    private const int GitDigits = 40;

    private ContentHash(string hex) => Hex = hex;

    /// <summary>The digits, in lower case.</summary>
    public string Hex { get; }

    /// <summary>Whether it is a SHA-256 of the bytes alone; otherwise git's SHA-1 of a blob.</summary>
    public bool IsSha256 => Hex.Length == Sha256Digits;

    /// <summary>Reads a hash, or says no.</summary>
    /// <param name="text">40 or 64 lower-case hexadecimal digits.</param>
    /// <param name="hash">The hash.</param>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ContentHash? hash)
    {
        var fits = text is { Length: GitDigits or Sha256Digits } && !text.AsSpan().ContainsAnyExcept(NameCharacters.Hex);
        hash = fits ? new(text!) : null;
        return fits;
    }

    /// <summary>Reads a hash.</summary>
    /// <param name="text">40 or 64 lower-case hexadecimal digits.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.Metadata"/>: the text is none.</exception>
    public static ContentHash Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var hash)
            ? hash
            : throw new HubException(
                HubErrorKind.Metadata,
                $"'{HubText.Shown(text)}' does not name content.",
                "A content hash has 40 (git blob SHA-1) or 64 (SHA-256) digits, 0-9 and a-f in lower case. A server that sends another is no Hugging Face hub."
            );
    }

    /// <returns>The digits.</returns>
    public override string ToString() => Hex;
}
