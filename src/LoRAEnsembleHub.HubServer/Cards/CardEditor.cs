using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>Brings the metadata of a card up to date and leaves every other letter of it as it stands.</summary>
public static class CardEditor
{
    private const string Fence = "---\n";
    private const string Index = "model-index";

    /// <summary>Lists that a card may have entries of its own in.</summary>
    private static readonly string[] joined = ["tags", "datasets", "metrics"];

    /// <summary>Puts fresh metadata into a card.</summary>
    /// <param name="card">The card as it stands; its text, comments, and fields that the fresh one lacks are kept.</param>
    /// <param name="fresh">A whole card with the metadata to take; its text is used only where <paramref name="card"/> is empty.</param>
    /// <returns>
    /// The new card and the fields that changed. Fields that say the same in other words are left alone; tags, datasets, metrics and results of
    /// both are kept, figures of the same task, data set and split replaced unless they are verified. Comments inside a field that changes come in
    /// front of it.
    /// </returns>
    /// <exception cref="InvalidDataException">The metadata of a card cannot be read or not be changed field by field.</exception>
    public static (string Card, IReadOnlyList<string> Changed) Update(string card, string fresh)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(fresh);
        try
        {
            var (old, next) = (CardText.Split(card), CardText.Split(fresh));
            var wanted = YamlReader.ReadMapping(next.Yaml ?? "");
            if (string.IsNullOrWhiteSpace(old.Yaml))
            {
                var body = old.Yaml is null ? card : old.Body;
                return string.IsNullOrWhiteSpace(body)
                    ? (fresh, [.. wanted.Select(field => field.Key)])
                    : (Fence + next.Yaml + Fence + body, [.. wanted.Select(field => field.Key)]);
            }

            var at = card.IndexOf(old.Yaml, StringComparison.Ordinal);
            var (yaml, changed) = Merge(old.Yaml, next.Yaml ?? "", wanted);
            return (card[..at] + yaml + card[(at + old.Yaml.Length)..], changed);
        }
        catch (CardException error)
        {
            throw new InvalidDataException($"The card's metadata cannot be brought up to date. {error.Message}", error);
        }
    }

    private static (string Yaml, IReadOnlyList<string> Changed) Merge(string yaml, string fresh, JsonObject wanted)
    {
        var present = YamlReader.ReadMapping(yaml);
        var (spans, sources) = (Spans(yaml), Spans(fresh));
        var end = yaml.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var changed = new List<string>();
        var text = new StringBuilder(yaml);
        string Lines(string key, JsonNode? value) =>
            JsonNode.DeepEquals(value, wanted[key])
                ? fresh[sources[key]].TrimEnd('\r', '\n').ReplaceLineEndings(end)
                : YamlText.Field(key, value, end);
        var comments = YamlText.Comments(yaml);
        var results = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        var added = new List<string>();
        // from the end, so that the places before stay where they are
        foreach (var (key, span) in spans.OrderByDescending(field => field.Value.Start.Value).Where(field => wanted.ContainsKey(field.Key)))
        {
            var value = Joined(key, present[key], wanted[key]);
            results.Add(key, value);
            if (!JsonNode.DeepEquals(value, present[key]))
            {
                // a value is written anew as a whole, so comments inside it go in front of it
                var kept = comments
                    .Where(comment => comment.At >= span.Start.Value && comment.At < span.End.Value)
                    .Select(comment => $"# {comment.Comment.Trim()}{end}");
                text.Remove(span.Start.Value, span.End.Value - span.Start.Value)
                    .Insert(span.Start.Value, string.Concat(kept) + Lines(key, value));
                changed.Insert(0, key);
            }
        }

        foreach (var key in wanted.Select(field => field.Key).Where(key => !present.ContainsKey(key)))
        {
            added.Add(Lines(key, wanted[key]));
            changed.Add(key);
        }

        if (added.Count > 0 && text.Length > 0 && text[^1] is not ('\n' or '\r'))
        {
            text.Append(end);
        }

        added.ForEach(lines => text.Append(lines).Append(end));
        var result = text.ToString();
        RefuseUnlessKept(present, wanted, results, YamlReader.ReadMapping(result));
        return (result, changed);
    }

    /// <summary>The value that a field is to have.</summary>
    private static JsonNode? Joined(string key, JsonNode? present, JsonNode? wanted)
    {
        if (key == Index && wanted is not null)
        {
            return ModelIndexMerge.Of(present, wanted);
        }

        if (!joined.Contains(key) || wanted is not JsonArray list)
        {
            return wanted;
        }

        var own =
            present is JsonArray items ? [.. items]
            : present.AsText() is null ? Array.Empty<JsonNode?>()
            : [present];
        var missing = list.Where(item => !own.Any(other => JsonNode.DeepEquals(item, other))).ToArray();
        return missing.Length == 0 ? present : new JsonArray([.. own.Concat(missing).Select(item => item?.DeepClone())]);
    }

    /// <summary>A name given to a value that was replaced may be used elsewhere; then the rest would say something else.</summary>
    private static void RefuseUnlessKept(JsonObject before, JsonObject wanted, Dictionary<string, JsonNode?> results, JsonObject after)
    {
        var expected = before.Where(field => !wanted.ContainsKey(field.Key)).Concat(results);
        foreach (var (key, value) in expected)
        {
            if (!after.ContainsKey(key) || !JsonNode.DeepEquals(value, after[key]))
            {
                throw new CardException($"'{HubText.Shown(key)}' depends on another field; write it out first.");
            }
        }
    }

    /// <summary>From the first letter of every field to the last of its value, without what stands between it and the next field.</summary>
    private static Dictionary<string, Range> Spans(string yaml)
    {
        var starts = new List<(string Key, int At)>();
        var parser = new Parser(new Scanner(new StringReader(yaml), skipComments: true));
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            return []; // comments alone
        }

        parser.Consume<DocumentStart>();
        var root = parser.Consume<MappingStart>();
        if (root.Style == MappingStyle.Flow)
        {
            throw new CardException("The metadata are one mapping in braces; write one field a line first.");
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            if (yaml.AsSpan(0, (int)key.Start.Index).TrimEnd(' ').EndsWith("?"))
            {
                throw new CardException($"Line {key.Start.Line}: the key follows a question mark; write 'key: value'.");
            }

            starts.Add((key.Value, (int)key.Start.Index));
            parser.SkipThisAndNestedEvents();
        }

        return starts
            .Index()
            .ToDictionary(
                field => field.Item.Key,
                field =>
                    field.Item.At..EndOfValue(
                        yaml,
                        field.Index + 1 < starts.Count ? starts[field.Index + 1].At : yaml.Length,
                        field.Item.At
                    ),
                StringComparer.Ordinal
            );
    }

    /// <summary>Goes back over line ends, blank lines and comments of their own lines in front of the next field.</summary>
    private static int EndOfValue(string yaml, int end, int start)
    {
        while (end > start)
        {
            while (end > start && yaml[end - 1] is '\n' or '\r' or ' ' or '\t')
            {
                end--;
            }

            var line = yaml.LastIndexOf('\n', end - 1) + 1;
            if (line <= start || !yaml.AsSpan(line, end - line).TrimStart().StartsWith("#"))
            {
                return end;
            }

            end = line;
        }

        return end;
    }
}
