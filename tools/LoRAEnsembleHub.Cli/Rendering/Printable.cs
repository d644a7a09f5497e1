using System.Text;

namespace LoRAEnsembleHub.Cli.Rendering;

/// <summary>Text from files and arguments in a form that cannot steer a terminal.</summary>
internal static class Printable
{
    /// <summary>Writes control characters, and those that turn the direction of writing, as their numbers; line feeds stay.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsSteering))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            _ = IsSteering(letter) ? shown.Append($"\\u{(int)letter:x4}") : shown.Append(letter);
        }

        return shown.ToString();
    }

    private static bool IsSteering(char letter) =>
        (char.IsControl(letter) && letter != '\n') || letter is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
