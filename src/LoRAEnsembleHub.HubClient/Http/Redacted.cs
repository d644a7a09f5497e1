using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Hub;

/// <summary>Takes secrets out of what is shown: queries of signed addresses, credentials, tokens.</summary>
internal static partial class Redacted
{
    /// <returns>The address without query, fragment and credentials.</returns>
    public static string Address(Uri address) =>
        address.IsAbsoluteUri
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : address.OriginalString.Split('?', '#')[0];

    /// <returns>Text from a server, safe to show: without tokens and signed queries, control characters escaped, cut.</returns>
    public static string Text(string text) => HubText.Shown(Query().Replace(Token().Replace(text, "(token hidden)"), "$1?(hidden)").Trim());

    [GeneratedRegex(@"hf_[A-Za-z0-9_]{4,}|(?<=Bearer\s)\S+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Token();

    [GeneratedRegex(@"(https?://[^\s?""']+)\?[^\s""']+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Query();
}
