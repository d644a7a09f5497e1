using System.Globalization;
using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>What a tokenizer_config.json says, and a special_tokens_map.json beside it.</summary>
internal sealed class TokenizerConfig
{
    public const string Name = "tokenizer_config.json";
    public const string SpecialTokensName = "special_tokens_map.json";

    private static readonly string[] BertClasses = ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer"];

    // For these transformers takes everything from the tokenizer.json.
    private static readonly string[] GeneralClasses = ["PreTrainedTokenizerFast", "TokenizersBackend"];

    private static readonly string[] OtherFields = ["additional_special_tokens", "extra_special_tokens"];

    private readonly JsonFields fields;
    private readonly JsonFields? map;
    private readonly string file;

    private TokenizerConfig(JsonFields fields, JsonFields? map, string file) => (this.fields, this.map, this.file) = (fields, map, file);

    /// <summary>Whether the tokenizer.json alone says how texts are prepared.</summary>
    public bool IsGeneral => GeneralClasses.Contains(fields.Text("tokenizer_class"));

    /// <summary>Tokens that the model takes at most; null if that is not given, or is the huge number that stands for it.</summary>
    public int? MaxTokens =>
        fields.Number("model_max_length") switch
        {
            null or >= int.MaxValue => null,
            { } most when most >= 3 && most == Math.Floor(most) => (int)most,
            _ => throw fields.Fault("model_max_length", "a whole number of 3 or more: two tokens stand around a text"),
        };

    /// <summary>Reads the files that are there; a missing one says nothing.</summary>
    /// <exception cref="TextException">A file is not as it should be, or asks for what is not supported.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var (file, mapFile) = (Path.Combine(folder, Name), Path.Combine(folder, SpecialTokensName));
        var config = new TokenizerConfig(
            File.Exists(file) ? Fields(file) : JsonFields.Parse("{}"u8.ToArray(), file, TextException.Of),
            File.Exists(mapFile) ? Fields(mapFile) : null,
            file
        );
        config.RefuseUnsupported();
        return config;
    }

    /// <summary>The rules with what is given here; where nothing is, they stay.</summary>
    public WordRules Over(WordRules rules) =>
        IsGeneral
            ? rules
            : rules with
            {
                Lowercase = fields.Flag("do_lower_case") ?? rules.Lowercase,
                StripAccents = fields.Flag("strip_accents") ?? rules.StripAccents,
                HandleChineseChars = fields.Flag("tokenize_chinese_chars") ?? rules.HandleChineseChars,
            };

    /// <summary>How a token with a task is spelt, or null if that is not given.</summary>
    /// <param name="field">Such as <c>cls_token</c>.</param>
    public string? Special(string field) =>
        (fields.Element(field) ?? map?.Element(field)) is { } value ? TokenEntry.Content(value, file, field) : null;

    /// <summary>Other tokens that are to be found as they stand.</summary>
    public IEnumerable<string> OtherSpecial() =>
        from source in new[] { fields, map }
        where source is not null
        from field in OtherFields
        from value in Values(source.Element(field))
        select TokenEntry.Content(value, file, field);

    /// <summary>The tokens of <c>added_tokens_decoder</c>.</summary>
    public IEnumerable<AddedToken> Added() =>
        fields.Element("added_tokens_decoder") is { ValueKind: JsonValueKind.Object } tokens
            ? tokens
                .EnumerateObject()
                .Select(token => new AddedToken(
                    TokenEntry.Content(token.Value, file, "added_tokens_decoder"),
                    int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                        ? id
                        : throw new TextException(file, $"added_tokens_decoder names a token \"{token.Name}\"; its names must be ids.")
                ))
            : [];

    private static JsonFields Fields(string file) => JsonFields.Parse(JsonFields.ReadFile(file, TextException.Of), file, TextException.Of);

    private static IEnumerable<JsonElement> Values(JsonElement? value) =>
        value?.ValueKind switch
        {
            JsonValueKind.Array => value.Value.EnumerateArray(),
            JsonValueKind.Object => value.Value.EnumerateObject().Select(field => field.Value),
            _ => [],
        };

    private void RefuseUnsupported()
    {
        var name = fields.Text("tokenizer_class");
        if (name is not null && !IsGeneral && !BertClasses.Contains(name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name))
        {
            throw new TextException(
                file,
                $"The tokenizer is a {name}; supported is {BertClasses[0]}, and what is the same by another name."
            );
        }

        Need("padding_side", value => JsonFields.TextOf(value) == "right", "\"right\"");
        Need("truncation_side", value => JsonFields.TextOf(value) == "right", "\"right\"");
        Need("do_basic_tokenize", value => value.ValueKind == JsonValueKind.True, "true");
        Need("split_special_tokens", value => value.ValueKind == JsonValueKind.False, "false");
        Need("never_split", value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0, "empty");
        Need("pad_token_type_id", value => JsonFields.TryWhole(value, out var id) && id == 0, "0");
    }

    private void Need(string field, Func<JsonElement, bool> holds, string needed)
    {
        if (fields.Element(field) is { } value && !holds(value))
        {
            throw new TextException(file, $"{field} is {value.GetRawText()}, which is not supported; it must be {needed} or not given.");
        }
    }
}
