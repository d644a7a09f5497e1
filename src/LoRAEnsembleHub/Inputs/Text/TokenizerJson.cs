using System.Text.Json;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Reads a tokenizer.json, the file of Hugging Face's tokenizers, as far as BERT's are concerned.</summary>
/// <remarks>
/// Its truncation and padding are left aside as transformers leaves them aside, and its decoder, which plays no part. All else that is not
/// BERT's is refused.
/// </remarks>
internal sealed class TokenizerJson
{
    public const string Name = "tokenizer.json";

    private readonly JsonFields root;
    private readonly JsonFields model;
    private readonly string file;

    private TokenizerJson(JsonFields root, JsonFields model, string file) => (this.root, this.model, this.file) = (root, model, file);

    public required Vocabulary Vocabulary { get; init; }

    public required WordRules Rules { get; init; }

    public required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>The token for what cannot be cut into pieces.</summary>
    public string Unknown => model.Text("unk_token") ?? SpecialNames.Bert.Unknown;

    /// <summary>What tokens begin with that continue a word.</summary>
    public string Prefix => model.Text("continuing_subword_prefix") ?? "##";

    /// <summary>Code points of the longest word that is cut into pieces.</summary>
    public int LongestWord =>
        model.Whole("max_input_chars_per_word") switch
        {
            null => 100,
            { } longest and >= 1 => longest,
            _ => throw model.Fault("max_input_chars_per_word", "1 or more"),
        };

    /// <exception cref="TextException">The file is not as it should be, or is of another kind of tokenizer.</exception>
    public static TokenizerJson Read(string file)
    {
        var root = JsonFields.Parse(JsonFields.ReadFile(file, TextException.Of), file, TextException.Of);
        NeedType(root.Object("pre_tokenizer"), file, "pre_tokenizer", "BertPreTokenizer");
        var normalizer = NeedType(root.Object("normalizer"), file, "normalizer", "BertNormalizer");
        var model = NeedType(root.Object("model"), file, "model", "WordPiece");
        NeedRight(root, file);
        return new TokenizerJson(root, model, file)
        {
            Vocabulary = TokenizerVocabulary.Read(model, file),
            Rules = new WordRules
            {
                CleanText = normalizer.Flag("clean_text") ?? true,
                HandleChineseChars = normalizer.Flag("handle_chinese_chars") ?? true,
                StripAccents = normalizer.Flag("strip_accents"),
                Lowercase = normalizer.Flag("lowercase") ?? true,
            },
            Added = ReadAdded(root, file),
        };
    }

    /// <summary>Refuses special tokens that stand elsewhere than BERT puts them.</summary>
    /// <param name="special">The tokens with a task.</param>
    /// <exception cref="TextException">They do.</exception>
    public void CheckTemplate(SpecialNames special) => TokenizerTemplate.Check(root.Object("post_processor"), special, Vocabulary, file);

    private static JsonFields NeedType(JsonFields? part, string file, string name, string type)
    {
        var found = part?.Text("type");
        return found == type
            ? part!
            : throw new TextException(file, $"The {name} is {found ?? "not given"}; supported is {type}, which BERT's tokenizers have.");
    }

    private static void NeedRight(JsonFields root, string file)
    {
        foreach (var part in new[] { "truncation", "padding" })
        {
            if (root.Object(part)?.Text("direction") is { } direction and not "Right")
            {
                throw new TextException(file, $"{part} has the direction {direction}; only Right is supported.");
            }
        }
    }

    private static List<AddedToken> ReadAdded(JsonFields root, string file)
    {
        if (root.Element("added_tokens") is not { } tokens)
        {
            return [];
        }

        if (tokens.ValueKind != JsonValueKind.Array)
        {
            throw root.Fault("added_tokens", "a list");
        }

        return
        [
            .. tokens
                .EnumerateArray()
                .Select(token => new AddedToken(
                    TokenEntry.Content(token, file, "added_tokens:"),
                    token.ValueKind == JsonValueKind.Object
                    && token.TryGetProperty("id", out var value)
                    && JsonFields.TryWhole(value, out var id)
                        ? id
                        : throw new TextException(file, $"added_tokens has {token.GetRawText()}; a whole number is needed as its id.")
                )),
        ];
    }
}
