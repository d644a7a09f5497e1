using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Writes values as YAML in block style, and finds comments.</summary>
internal static partial class YamlText
{
    private const string Step = "  ";

    /// <summary>Strings as JSON writes them, which YAML reads alike.</summary>
    private static readonly JsonSerializerOptions relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        var name = before + (PlainKey().IsMatch(key) ? key : JsonSerializer.Serialize(key, relaxed)) + ":";
        if (IsLeaf(value))
        {
            lines.Add($"{name} {Leaf(value)}");
            return;
        }

        lines.Add(name);
        Below(lines, Deeper(before), value!);
    }

    /// <summary>Two spaces in place of a dash too.</summary>
    private static string Deeper(string before) => new StringBuilder().Append(' ', before.Length).Append(Step).ToString();

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

    private static string Leaf(JsonNode? value) => value is null ? "null" : value.ToJsonString(relaxed);

    /// <summary>Words that no reader of YAML takes for a number, a truth value or nothing.</summary>
    [GeneratedRegex(
        "^(?!(?:null|true|false|yes|no|on|off|y|n)$)[A-Za-z_][A-Za-z0-9_-]*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex PlainKey();
}
