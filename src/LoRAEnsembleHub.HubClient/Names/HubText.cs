using System.Text;

namespace LoRAEnsembleHub.Hub;

/// <summary>Shows text that came from elsewhere, so that it cannot disturb a message, a log or a terminal.</summary>
internal static class HubText
{
    private const int ShownCharacters = 160;

    /// <returns>The text with controls and lone surrogates escaped, and cut where it is long.</returns>
    public static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= ShownCharacters)
            {
                shown.Append('…');
                break;
            }

            if (Rune.IsControl(rune) || IsDirectional(rune.Value))
            {
                shown.Append("\\u").Append(rune.Value.ToString("x4", null));
            }
            else
            {
                shown.Append(rune.ToString());
            }
        }

        return shown.ToString();
    }

    // Marks that turn the direction of writing can make one name look like another.
    private static bool IsDirectional(int value) => value is 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
