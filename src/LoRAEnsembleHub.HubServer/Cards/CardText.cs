namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>A model card in its two parts.</summary>
/// <param name="Yaml">The lines between the two <c>---</c>; null where there are none.</param>
/// <param name="Body">What follows; the whole text where there is no metadata.</param>
internal sealed record CardText(string? Yaml, string Body)
{
    private const string Fence = "---";

    /// <summary>Splits a card as huggingface_hub's REGEX_YAML_BLOCK does: blank space, a line <c>---</c>, lines, a line <c>---</c>.</summary>
    /// <param name="text">The whole README.md, with any line ends.</param>
    public static CardText Split(string text)
    {
        var start = 0;
        while (start < text.Length && (char.IsWhiteSpace(text[start]) || text[start] == '\ufeff'))
        {
            start++;
        }

        if (!IsFence(text, start))
        {
            return new(null, text);
        }

        var first = NextLine(text, start);
        for (var line = first; line < text.Length; line = NextLine(text, line))
        {
            if (IsFence(text, line))
            {
                return new(text[first..line], text[NextLine(text, line)..]);
            }
        }

        return new(null, text);
    }

    private static bool IsFence(string text, int at) =>
        string.CompareOrdinal(text, at, Fence, 0, Fence.Length) == 0
        && (at + Fence.Length == text.Length || text[at + Fence.Length] is '\r' or '\n');

    private static int NextLine(string text, int at)
    {
        var end = text.AsSpan(at).IndexOfAny('\r', '\n');
        if (end < 0)
        {
            return text.Length;
        }

        var next = at + end + 1;
        return text[next - 1] == '\r' && next < text.Length && text[next] == '\n' ? next + 1 : next;
    }
}
