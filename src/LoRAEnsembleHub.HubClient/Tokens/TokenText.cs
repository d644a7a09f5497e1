namespace LoRAEnsembleHub.Hub;

/// <summary>What may be a token: text that can stand in a header.</summary>
internal static class TokenText
{
    private const int ShownEnd = 4;
    private const int LongEnoughToShow = 16;

    /// <returns>The text without line ends and spaces around it; null if nothing is left.</returns>
    public static string? Clean(string? text)
    {
        var cleaned = text?.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Trim(' ');
        return string.IsNullOrEmpty(cleaned) ? null : cleaned;
    }

    /// <returns>The same token.</returns>
    /// <exception cref="HubException"><see cref="HubErrorKind.InvalidName"/>: it has a character that no header may have.</exception>
    public static string Check(string token) =>
        token.All(letter => letter is > ' ' and <= '~')
            ? token
            : throw new HubException(
                HubErrorKind.InvalidName,
                "The token has a space, a control character or a letter outside ASCII; no token has.",
                "Copy the token again. The text was not shown, in case part of it is one."
            );

    /// <returns>Enough to tell two tokens apart and no more.</returns>
    public static string Masked(string token) =>
        token.Length < LongEnoughToShow
            ? "***"
            : $"{(token.StartsWith("hf_", StringComparison.Ordinal) ? "hf_" : "")}***{token[^ShownEnd..]}";
}
