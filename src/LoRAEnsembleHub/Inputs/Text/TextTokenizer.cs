using System.Security.Cryptography;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Turns texts into the token ids of a BERT model; from any thread.</summary>
/// <remarks>
/// <para>
/// Ids are equal to those of transformers' BertTokenizer, which is Hugging Face's tokenizers 0.23 underneath, for every text, pair and
/// maximum. Special tokens that stand in a text, such as <c>[SEP]</c>, become their ids there as well.
/// </para>
/// <para>
/// A string may hold what UTF-8 cannot, half a surrogate pair: it counts as U+FFFD, which BERT drops. A word of more than 100 characters is
/// one [UNK]. The time to encode a text grows with its length, and not beyond the words that are kept of it.
/// </para>
/// </remarks>
public sealed class TextTokenizer
{
    private readonly TokenizerSettings settings;
    private readonly Vocabulary vocabulary; // with the added tokens
    private readonly WordPieces pieces;
    private readonly AddedTokens added;
    private readonly int unknown;
    private readonly int start;
    private readonly int end;

    internal TextTokenizer(TokenizerSettings settings)
    {
        this.settings = settings;
        var model = settings.Vocabulary;
        var behind = settings.Added.Where(token => token.Id >= model.Size).OrderBy(token => token.Id);
        vocabulary = new Vocabulary([.. Enumerable.Range(0, model.Size).Select(id => model[id]), .. behind.Select(token => token.Content)]);
        added = new AddedTokens(settings.Added);
        (unknown, start) = (vocabulary.Find(settings.Special.Unknown)!.Value, vocabulary.Find(settings.Special.Class)!.Value);
        (end, PadId) = (vocabulary.Find(settings.Special.Separator)!.Value, vocabulary.Find(settings.Special.Padding)!.Value);
        pieces = new WordPieces(model, settings.Prefix, unknown);
    }

    /// <summary>Tokens that the model takes at most, special ones counted; null if the files do not say.</summary>
    public int? MaxTokens => settings.MaxTokens;

    /// <summary>The id that fills a batch up.</summary>
    public int PadId { get; }

    /// <summary>Ids are below this; a model needs as many embeddings.</summary>
    public int VocabularySize => vocabulary.Size;

    /// <summary>Paths of the files that this was read from; with copies of them another folder has the same tokenizer.</summary>
    public IReadOnlyList<string> Files => settings.Files;

    /// <summary>The file with the limits and the casing.</summary>
    internal const string ConfigFileName = TokenizerConfig.Name;

    /// <summary>Tokenizers that say the same here give the same ids.</summary>
    internal string Description =>
        string.Join(
            '\n',
            Files.Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")
        );

    /// <summary>Whether a file is by its name one of a tokenizer's.</summary>
    /// <param name="path">A path.</param>
    public static bool IsFile(string path) =>
        Path.GetFileName(path) is VocabularyFile.Name or TokenizerJson.Name or TokenizerConfig.Name or TokenizerConfig.SpecialTokensName;

    /// <summary>Whether a folder has a tokenizer's vocabulary.</summary>
    /// <param name="folder">The folder of a base or an ensemble.</param>
    public static bool IsIn(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return TokenizerFolder.IsIn(folder);
    }

    /// <summary>Reads the tokenizer of a model's folder.</summary>
    /// <param name="folder">A folder with vocab.txt and tokenizer_config.json, or tokenizer.json, or all of them.</param>
    /// <param name="modelVocabularySize">Number of the model's word embeddings; null leaves it unchecked.</param>
    /// <remarks>
    /// Where tokenizer_config.json and tokenizer.json differ in how texts are prepared, the former counts, as in transformers; two
    /// vocabularies must be alike. Lines of a vocab.txt are read as transformers reads them: an empty one counts and is no token, of equal
    /// ones the last gives the id. A special_tokens_map.json is read where tokenizer_config.json says nothing.
    /// </remarks>
    /// <exception cref="TextException">
    /// A file is missing or cannot be read, is damaged, contradicts another, or asks for what is not supported and would change ids; the
    /// vocabulary has a hole or lacks a special token; or it is larger than the model's.
    /// </exception>
    public static TextTokenizer Load(string folder, int? modelVocabularySize = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var tokenizer = new TextTokenizer(TokenizerFolder.Read(folder));
        return modelVocabularySize is null || tokenizer.VocabularySize <= modelVocabularySize
            ? tokenizer
            : throw new TextException(
                folder,
                $"The vocabulary has {tokenizer.VocabularySize} tokens, but the model has embeddings for {modelVocabularySize}; "
                    + "the tokenizer is another model's. Use the files that came with the model."
            );
    }

    /// <summary>Turns a text, or a pair of texts, into tokens.</summary>
    /// <param name="text">The text; an empty one is <c>[CLS] [SEP]</c>.</param>
    /// <param name="pair">The second text; null for none.</param>
    /// <param name="maxTokens">
    /// Tokens that are kept at most, special ones counted: 2 or more, with a pair 3 or more. Null takes <see cref="MaxTokens"/>.
    /// </param>
    /// <returns>The tokens; of a text that is too long its end is cut off, of a pair first that of the longer text.</returns>
    /// <remarks>
    /// Pairs are cut by the strategy longest_first of transformers; as there, a text counts for no longer than up to the word in which it
    /// alone reaches the maximum.
    /// </remarks>
    public TokenizedText Encode(string text, string? pair = null, int? maxTokens = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var special = pair is null ? 2 : 3;
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens ?? special, special, nameof(maxTokens));
        var most = maxTokens ?? MaxTokens ?? int.MaxValue;
        var first = Ids(text, most);
        var second = pair is null ? [] : Ids(pair, most);
        var (keptFirst, keptSecond) = PairRoom.Share(first.Count, second.Count, most - special);
        int[] ids =
        [
            start,
            .. first.Take(keptFirst),
            end,
            .. second.Take(keptSecond),
            .. pair is null ? default(ReadOnlySpan<int>) : [end],
        ];
        return new TokenizedText(ids, keptFirst + 2, keptFirst < first.Count || keptSecond < second.Count, vocabulary);
    }

    /// <summary>Turns texts into tokens and fills them up to the length of the longest.</summary>
    /// <param name="texts">The texts; one or more.</param>
    /// <param name="pairs">The second text of each; null for none.</param>
    /// <param name="maxTokens">As for <see cref="Encode"/>.</param>
    public TokenBatch EncodeBatch(IReadOnlyList<string> texts, IReadOnlyList<string>? pairs = null, int? maxTokens = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return pairs is null || pairs.Count == texts.Count
            ? Pad([.. texts.Select((text, index) => Encode(text, pairs?[index], maxTokens))])
            : throw new ArgumentException($"There are {pairs.Count} second texts for {texts.Count} first ones.", nameof(pairs));
    }

    /// <summary>Fills texts up to the same length.</summary>
    /// <param name="texts">Texts of this tokenizer; one or more.</param>
    /// <param name="tokens">The length; null takes that of the longest text.</param>
    public TokenBatch Pad(IReadOnlyList<TokenizedText> texts, int? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfZero(texts.Count, nameof(texts));
        var longest = texts.Max(text => text.Length);
        var width = tokens ?? longest;
        ArgumentOutOfRangeException.ThrowIfLessThan(width, longest, nameof(tokens));
        var size = checked(texts.Count * width);
        var (ids, mask, types) = (new long[size], new long[size], new long[size]); // [batch, tokens]
        Array.Fill(ids, PadId);
        for (var row = 0; row < texts.Count; row++)
        {
            var own = texts[row].Ids.Span;
            for (var place = 0; place < own.Length; place++)
            {
                var at = (row * width) + place;
                (ids[at], mask[at], types[at]) = (own[place], 1, texts[row].TypeId(place));
            }
        }

        return new TokenBatch(texts.Count, width, ids, mask, types);
    }

    private List<int> Ids(ReadOnlySpan<char> text, int most)
    {
        var sink = new PieceSink(pieces, unknown, most);
        var words = new WordSplitter(settings.Rules, settings.LongestWord, sink);
        while (added.Next(text, out var at) is { } token)
        {
            if (!words.Split(text[..at]))
            {
                return sink.Ids;
            }

            sink.Ids.Add(token.Id);
            text = text[(at + token.Content.Length)..];
        }

        words.Split(text);
        return sink.Ids;
    }
}
