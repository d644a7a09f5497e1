using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Checks that the post-processor of a tokenizer.json puts special tokens where BERT has them.</summary>
internal static class TokenizerTemplate
{
    /// <exception cref="TextException">It does not.</exception>
    public static void Check(JsonFields? processor, SpecialNames special, Vocabulary vocabulary, string file)
    {
        var (first, last) = (special.Class, special.Separator);
        switch (processor?.Text("type"))
        {
            case "BertProcessing":
                Need(Pair(processor.Element("cls")), $"{first} {vocabulary.Find(first)}", "cls", file);
                Need(Pair(processor.Element("sep")), $"{last} {vocabulary.Find(last)}", "sep", file);
                break;
            case "TemplateProcessing":
                Need(Steps(processor.Element("single")), $"{first}:0 A:0 {last}:0", "single", file);
                Need(Steps(processor.Element("pair")), $"{first}:0 A:0 {last}:0 B:1 {last}:1", "pair", file);
                foreach (var name in new[] { first, last })
                {
                    Need(Ids(processor.Element("special_tokens"), name), $"{vocabulary.Find(name)}", $"special_tokens {name}", file);
                }

                break;
            default:
                throw new TextException(
                    file,
                    $"The post_processor is {processor?.Text("type") ?? "not given"}; supported are TemplateProcessing and BertProcessing."
                );
        }
    }

    private static void Need(string found, string needed, string part, string file)
    {
        if (found != needed)
        {
            throw new TextException(
                file,
                $"The post_processor's {part} is \"{found}\"; BERT's is \"{needed}\", and only that is supported."
            );
        }
    }

    private static string Pair(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Array } pair ? string.Join(' ', pair.EnumerateArray().Select(Shown)) : "not given";

    private static string Steps(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Array } steps
            ? string.Join(
                ' ',
                from step in steps.EnumerateArray()
                from part in step.ValueKind == JsonValueKind.Object ? step.EnumerateObject() : default
                select $"{Field(part.Value, "id")}:{Field(part.Value, "type_id")}"
            )
            : "not given";

    private static string Ids(JsonElement? tokens, string name) =>
        tokens is { ValueKind: JsonValueKind.Object } all
        && all.TryGetProperty(name, out var token)
        && token.ValueKind == JsonValueKind.Object
        && token.TryGetProperty("ids", out var ids)
        && ids.ValueKind == JsonValueKind.Array
            ? string.Join(' ', ids.EnumerateArray().Select(Shown))
            : "not given";

    private static string Field(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var field) ? Shown(field) : "?";

    private static string Shown(JsonElement value) => JsonFields.TextOf(value) ?? value.GetRawText();
}
