namespace LoRAEnsembleHub.Hub;

/// <summary>Shows addresses and what servers say, without what must not be seen.</summary>
internal static class Redacted
{
    /// <returns>The address without query, fragment and credentials.</returns>
    public static string Address(Uri address) =>
        address.IsAbsoluteUri
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : address.OriginalString.Split('?', '#')[0];

    /// <param name="text">What came from elsewhere.</param>
    /// <param name="token">The token in use, which a server may send back.</param>
    /// <returns>The text without secrets (<see cref="Redaction"/>), control characters escaped, cut.</returns>
    public static string Text(string text, string? token = null) => HubText.Shown(Redaction.Hide(text, token).Trim());
}
