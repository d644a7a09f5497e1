using System.Security.Cryptography;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Finds out who asks from the <c>Authorization</c> header.</summary>
internal sealed class TokenCheck(IReadOnlyList<ServerToken> tokens)
{
    private readonly (byte[] Hash, ServerToken Token)[] known =
    [
        .. tokens.Select(token =>
            Convert.FromHexString(token.Sha256) is { Length: SHA256.HashSizeInBytes } hash
                ? (hash, token)
                : throw new ArgumentException($"The token of {token.User} has no SHA-256 of 64 hexadecimal digits.")
        ),
    ];

    /// <returns>Who asks.</returns>
    /// <exception cref="RequestFault">401: the token is none that the server knows.</exception>
    public Caller Identify(string? authorization)
    {
        if (known.Length == 0)
        {
            return new(null, true); // A token meant for another hub does no harm here.
        }

        if (string.IsNullOrEmpty(authorization))
        {
            return new(null, false);
        }

        var text = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim() : "";
        return new(Find(text) ?? throw RequestFault.BadToken(), false);
    }

    // Every known token is compared, in constant time, so that time tells nothing.
    private ServerToken? Find(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        ServerToken? found = null;
        foreach (var (candidate, token) in known)
        {
            if (CryptographicOperations.FixedTimeEquals(candidate, hash))
            {
                found = token;
            }
        }

        return found;
    }
}
