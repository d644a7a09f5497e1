using System.Globalization;
using System.Text;

namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Reads the texts of a pickle, in the forms in which different opcodes write them.</summary>
internal static class PickleText
{
    /// <returns>A name or text in UTF-8; Latin-1 where it is not valid UTF-8.</returns>
    public static string Plain(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    /// <returns>The text of a quoted line with Python's escapes.</returns>
    public static string Quoted(ReadOnlySpan<byte> line)
    {
        var text = Plain(line).Trim();
        return text.Length >= 2 && text[0] is '\'' or '"' && text[^1] == text[0] ? Unescaped(text[1..^1], onlyUnicode: false) : text;
    }

    /// <returns>The text of a line in which only \uXXXX and \UXXXXXXXX are escapes.</returns>
    public static string RawUnicode(ReadOnlySpan<byte> line) => Unescaped(Encoding.Latin1.GetString(line), onlyUnicode: true);

    private static string Unescaped(string text, bool onlyUnicode)
    {
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var escape = text[at] == '\\' && at + 1 < text.Length ? text[at + 1] : '\0';
            var digits = escape switch
            {
                'u' => 4,
                'U' => 8,
                'x' when !onlyUnicode => 2,
                _ => 0,
            };
            if (digits > 0 && at + 1 + digits < text.Length && TryHex(text.AsSpan(at + 2, digits), out var rune))
            {
                result.Append(rune.ToString());
                at += 1 + digits;
            }
            else if (!onlyUnicode && escape is >= '0' and <= '7')
            {
                var value = 0;
                for (digits = 0; digits < 3 && at + 1 < text.Length && text[at + 1] is >= '0' and <= '7'; digits++)
                {
                    value = (value * 8) + (text[++at] - '0');
                }

                result.Append((char)value);
            }
            else if (!onlyUnicode && escape is '\\' or '\'' or '"')
            {
                result.Append(escape);
                at++;
            }
            else
            {
                result.Append(text[at]);
            }
        }

        return result.ToString();
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out Rune rune)
    {
        rune = default;
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Rune.TryCreate(value, out rune);
    }
}
