using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Reads YAML as JSON, within limits that no honest card reaches.</summary>
/// <remarks>
/// Aliases are copied, so a few lines could stand for billions of nodes; nodes are therefore counted as they are copied. Keys are texts, a key
/// twice is an error, <c>&lt;&lt;</c> merges, and there is one document: the rules of the Hub's own reader (js-yaml).
/// </remarks>
internal sealed class YamlReader
{
    private const int MostCharacters = 4 << 20;
    private const int MostNodes = 500_000;
    private const int DeepestNesting = 64;
    private const string MergeKey = "<<";

    private readonly Parser parser;
    private readonly Dictionary<string, JsonNode?> anchors = new(StringComparer.Ordinal);
    private int nodes;

    private YamlReader(string yaml) => parser = new(new Scanner(new StringReader(yaml), skipComments: true));

    /// <summary>Reads the metadata of a card.</summary>
    /// <param name="yaml">The lines between the fences.</param>
    /// <returns>The mapping; empty for no lines at all.</returns>
    /// <exception cref="CardException">It is no YAML, no mapping, or beyond a limit.</exception>
    public static JsonObject ReadMapping(string yaml)
    {
        if (yaml.Length > MostCharacters)
        {
            throw new CardException($"The metadata have {yaml.Length} characters; at most {MostCharacters} are read.");
        }

        var reader = new YamlReader(yaml);
        try
        {
            return reader.ReadDocument() switch
            {
                null => [],
                JsonObject mapping => mapping,
                _ => throw new CardException("The metadata are no mapping: each line must be 'key: value'."),
            };
        }
        catch (YamlException error)
        {
            throw new CardException($"Line {error.Start.Line}: {HubText.Shown(error.Message)}", error);
        }
        catch (InvalidOperationException error)
        {
            // the scanner loses count where a bracket is closed by one of another kind
            throw new CardException($"Line {reader.Line}: brackets, braces or indentation from here on do not go together.", error);
        }
    }

    private JsonNode? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
        {
            return null;
        }

        parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        parser.Consume<DocumentEnd>();
        return parser.Accept<StreamEnd>(out _) ? root : throw new CardException("The metadata hold more than one YAML document.");
    }

    private JsonNode? ReadNode(int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new CardException($"Line {Line}: the metadata are nested more than {DeepestNesting} deep.");
        }

        Count(1);
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Copy(alias);
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return Anchored(scalar, YamlScalar.Read(scalar));
        }

        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            EnsureKnown(sequence, "tag:yaml.org,2002:seq");
            var list = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                list.Add(ReadNode(depth + 1));
            }

            return Anchored(sequence, list);
        }

        var start = parser.Consume<MappingStart>();
        EnsureKnown(start, "tag:yaml.org,2002:map");
        return Anchored(start, ReadEntries(depth));
    }

    private JsonObject ReadEntries(int depth)
    {
        var mapping = new JsonObject();
        var merged = new List<JsonObject>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var line = Line;
            var key = ReadKey();
            var value = ReadNode(depth + 1);
            if (key == MergeKey)
            {
                merged.AddRange(Mappings(value, line));
            }
            else if (!mapping.TryAdd(key, value))
            {
                throw new CardException($"Line {line}: the key '{HubText.Shown(key)}' is there twice.");
            }
        }

        foreach (var (key, value) in merged.SelectMany(each => each).Where(entry => !mapping.ContainsKey(entry.Key)).ToList())
        {
            mapping.TryAdd(key, value?.DeepClone());
        }

        return mapping;
    }

    private string ReadKey() =>
        parser.TryConsume<Scalar>(out var scalar) ? scalar.Value : throw new CardException($"Line {Line}: a key must be a plain text.");

    private static IEnumerable<JsonObject> Mappings(JsonNode? value, long line) =>
        value switch
        {
            JsonObject one => [one],
            JsonArray several when several.All(each => each is JsonObject) => several.Select(each => (JsonObject)each!),
            _ => throw new CardException($"Line {line}: '<<' must be followed by mappings."),
        };

    private JsonNode? Copy(AnchorAlias alias)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var original))
        {
            throw new CardException($"Line {alias.Start.Line}: nothing before is named '&{HubText.Shown(alias.Value.Value)}'.");
        }

        Count(SizeOf(original));
        return original?.DeepClone();
    }

    private JsonNode? Anchored(NodeEvent node, JsonNode? value)
    {
        if (!node.Anchor.IsEmpty)
        {
            anchors[node.Anchor.Value] = value;
        }

        return value;
    }

    private static void EnsureKnown(NodeEvent node, string tag)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && node.Tag.Value != tag)
        {
            throw new CardException($"Line {node.Start.Line}: the tag '{HubText.Shown(node.Tag.Value)}' is not allowed.");
        }
    }

    private void Count(int more)
    {
        nodes += more;
        if (nodes > MostNodes)
        {
            throw new CardException($"The metadata stand for more than {MostNodes} values.");
        }
    }

    // Never above the limit, since whatever is copied was counted when it was read.
    private static int SizeOf(JsonNode? node) =>
        node switch
        {
            JsonArray list => 1 + list.Sum(SizeOf),
            JsonObject mapping => 1 + mapping.Sum(entry => SizeOf(entry.Value)),
            _ => 1,
        };

    private long Line => parser.Current?.Start.Line ?? 0;
}
