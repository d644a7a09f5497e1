using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Hub;

/// <summary>Takes secrets out of text that will be seen: messages, logs, addresses.</summary>
public static partial class Redaction
{
    private const string Hidden = "***";
    private const int ShortestSecret = 4; // Anything shorter would take ordinary text along.

    /// <summary>Hides tokens, passwords in addresses and the queries of signed addresses.</summary>
    /// <param name="text">The text.</param>
    /// <param name="secrets">Tokens in use, which are hidden wherever they stand and whatever they look like.</param>
    /// <returns>The text without them.</returns>
    public static string Hide(string text, params ReadOnlySpan<string?> secrets)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var secret in secrets)
        {
            if (secret is { Length: >= ShortestSecret })
            {
                text = text.Replace(secret, Hidden, StringComparison.Ordinal);
            }
        }

        text = Tokens().Replace(text, "hf_" + Hidden);
        text = Headers().Replace(text, "$1" + Hidden);
        text = Passwords().Replace(text, "$1" + Hidden + "@");
        return Queries().Replace(text, match => Signatures().IsMatch(match.Value) ? "?" + Hidden : match.Value);
    }

    [GeneratedRegex(@"\bhf_(?:oauth_[A-Za-z0-9._-]{8,}|[A-Za-z0-9]{16,})", RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();

    [GeneratedRegex(
        @"\b(Bearer\s+|Authorization:\s*Basic\s+)[A-Za-z0-9._~+/=*-]+",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Headers();

    [GeneratedRegex("(://)[^/?#\\s\"'@]+@", RegexOptions.CultureInvariant)]
    private static partial Regex Passwords();

    [GeneratedRegex("\\?[^\\s\"'<>#]+", RegexOptions.CultureInvariant)]
    private static partial Regex Queries();

    [GeneratedRegex(
        @"[?&](?:[a-z0-9-]*(?:signature|credential|token|secret|password|policy)|sig|key|x-amz-[a-z-]+|key-pair-id|expires)=",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Signatures();
}
