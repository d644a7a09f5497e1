using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Writes values as YAML in block style, and finds comments.</summary>
internal static partial class YamlText
{
    /// <summary>A field with its value, without a line end behind it.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="end">Between lines.</param>
    public static string Field(string key, JsonNode? value, string end)
    {
        var lines = new List<string>();
        Pair(lines, "", key, value);
        return string.Join(end, lines);
    }

    /// <summary>All comments, with where they begin; hashes in texts are none.</summary>
    /// <param name="yaml">One document.</param>
    public static IReadOnlyList<(int At, string Comment)> Comments(string yaml)
    {
        var found = new List<(int At, string Comment)>();
        var scanner = new Scanner(new StringReader(yaml), skipComments: false);
        while (scanner.MoveNext())
        {
            if (scanner.Current is Comment comment)
            {
                found.Add(((int)comment.Start.Index, comment.Value));
            }
        }

        return found;
    }

    private static void Pair(List<string> lines, string before, string key, JsonNode? value)
    {
        var name = before + (PlainKey().IsMatch(key) ? key : Quoted(key)) + ":";
        if (IsLeaf(value))
        {
            lines.Add($"{name} {Leaf(value)}");
            return;
        }

        lines.Add(name);
        Below(lines, new string(' ', before.Length + 2), value!); // a dash before it is not repeated
    }

    private static void Below(List<string> lines, string before, JsonNode value)
    {
        if (value is JsonObject mapping)
        {
            foreach (var (key, inner) in mapping)
            {
                Pair(lines, before, key, inner);
                before = new string(' ', before.Length);
            }

            return;
        }

        foreach (var item in value.AsArray())
        {
            if (IsLeaf(item))
            {
                lines.Add($"{before}- {Leaf(item)}");
            }
            else
            {
                Below(lines, $"{before}- ", item!);
            }

            before = new string(' ', before.Length);
        }
    }

    private static bool IsLeaf(JsonNode? value) => value is not (JsonObject { Count: > 0 } or JsonArray { Count: > 0 });

    private static string Leaf(JsonNode? value) =>
        value is null ? "null"
        : value.GetValueKind() != JsonValueKind.String ? value.ToJsonString()
        : value.GetValue<string>() is var text && NoFiniteNumber().IsMatch(text) ? text
        : Quoted(text);

    /// <summary>In double quotes; only what YAML does not print is written by its number.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            quoted.Append(
                letter switch
                {
                    '"' => "\\\"",
                    '\\' => @"\\",
                    '\n' => @"\n",
                    '\t' => @"\t",
                    < ' ' or (>= '\u007f' and <= '\u009f') or '\u2028' or '\u2029' or '\ufeff' or >= '\ufffe' => $@"\u{(int)letter:X4}",
                    _ => letter.ToString(),
                }
            );
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Numbers that JSON, as which metadata are kept in memory, cannot hold; they are kept as they were written.</summary>
    [GeneratedRegex(@"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", RegexOptions.CultureInvariant)]
    private static partial Regex NoFiniteNumber();

    /// <summary>Words that no reader of YAML takes for a number, a truth value or nothing.</summary>
    [GeneratedRegex(
        "^(?!(?:null|true|false|yes|no|on|off|y|n)$)[A-Za-z_][A-Za-z0-9_-]*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex PlainKey();
}
