using System.Buffers.Text;
using System.Globalization;
using System.Text;
using LoRAEnsembleHub.Hub.Serving.Lfs;

namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Tokens with which Xet clients send chunks: for one repository, until they expire, signed by the server.</summary>
internal sealed class XetTokens(UploadSigner signer, TimeProvider time)
{
    /// <returns>A token, and the second of Unix time when it ends.</returns>
    /// <param name="repo">What it is for.</param>
    /// <param name="lifetime">How long it is good.</param>
    public (string Token, long Expires) Issue(RepoId repo, TimeSpan lifetime)
    {
        var expires = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds();
        var name = NameOf(repo);
        var token = string.Create(
            CultureInfo.InvariantCulture,
            $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name))}.{expires}.{signer.Sign(Text(name, expires))}"
        );
        return (token, expires);
    }

    /// <returns>The repository that a request may send chunks for.</returns>
    /// <param name="authorization">The header of the request.</param>
    /// <exception cref="RequestFault">401: there is no token, it is none of ours, or it has ended.</exception>
    public RepoId Check(string? authorization)
    {
        var parts =
            authorization?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true
                ? authorization["Bearer ".Length..].Trim().Split('.')
                : [];
        if (
            parts.Length != 3
            || !TryDecode(parts[0], out var name)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var expires)
            || !signer.Fits(Text(name, expires), parts[2])
        )
        {
            throw RequestFault.BadToken();
        }

        if (expires < time.GetUtcNow().ToUnixTimeSeconds())
        {
            throw new RequestFault(401, "The upload's token has expired; ask for a new one.");
        }

        var repo = name.Split('/', 2);
        return RepoTypes.TryParse(repo[0], out var type) ? RepoId.Parse(repo[1], type) : throw RequestFault.BadToken();
    }

    private static string NameOf(RepoId repo) => $"{repo.Type.Plural()}/{repo.FullName}";

    private static string Text(string name, long expires) => string.Create(CultureInfo.InvariantCulture, $"xet\n{name}\n{expires}");

    private static bool TryDecode(string text, out string name)
    {
        name = "";
        if (!Base64Url.IsValid(text))
        {
            return false;
        }

        name = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        return true;
    }
}
