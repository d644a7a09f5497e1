using System.Security.Cryptography;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>A token that a server knows: never the text, only its hash.</summary>
public sealed record ServerToken
{
    /// <summary>Hugging Face's clients refuse tokens that begin otherwise.</summary>
    private const string Prefix = "hf_";

    /// <summary>Who has it; also the owner of what is created without one. A valid part of a repository id.</summary>
    public required string User { get; init; }

    /// <summary>SHA-256 of the token's text, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What it is for.</summary>
    public TokenRole Role { get; init; } = TokenRole.Read;

    /// <summary>The owners (users, organisations) it opens for writing and for private repositories; null for all.</summary>
    public IReadOnlyList<string>? Namespaces { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The hash under which a server knows a token.</summary>
    /// <param name="text">The token, <c>hf_…</c>.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string Hash(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Makes the text of a new token from the system's source of secrets.</summary>
    /// <returns><c>hf_</c> and 40 letters and digits; 238 bits. It is told once: a server keeps <see cref="Hash"/> of it.</returns>
    public static string NewText() =>
        Prefix + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40);
}
