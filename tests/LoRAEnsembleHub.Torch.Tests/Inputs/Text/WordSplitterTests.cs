using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs.Text;

/// <summary>The words of BERT, against those made from the Unicode data that Hugging Face's tokenizers itself uses.</summary>
/// <remarks>Golden data: tests/golden/inputs/text/words.json, made by tests/golden/recipes/text_words. All of it must be equal.</remarks>
public class WordSplitterTests
{
    private static readonly JsonArray Golden = JsonNode.Parse(File.ReadAllText(Torch.Tests.Golden.PathOf("inputs", "text", "words.json")))![
        "rules"
    ]!.AsArray();

    public static TheoryData<int> Rules => [.. Enumerable.Range(0, Golden.Count)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Texts_of_hard_characters_have_the_words_of_tokenizers(int index)
    {
        var (rules, golden) = (RulesOf(index), Golden[index]!);
        foreach (var one in golden["cases"]!.AsArray())
        {
            var text = (string)one!["text"]!;
            Assert.Equal([.. one["words"]!.AsArray().Select(word => (string)word!)], WordSink.Words(text, rules));
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_code_point_is_treated_as_tokenizers_treats_it(int index)
    {
        const int blockSize = 4096;
        var (rules, hashes) = (RulesOf(index), Golden[index]!["sweep"]!.AsArray());
        var differing = new List<string>();
        for (var block = 0; block < hashes.Count; block++)
        {
            var hash = 0xCBF29CE484222325ul;
            foreach (var point in Enumerable.Range(block * blockSize, blockSize).Where(Rune.IsValid))
            {
                var c = new Rune(point).ToString();
                foreach (var word in WordSink.Words($"A{c}b \u302e\u035c{c}\u302a", rules).Append(""))
                {
                    foreach (var unit in Encoding.UTF8.GetBytes(word + "\n"))
                    {
                        hash = unchecked((hash ^ unit) * 0x100000001B3ul);
                    }
                }
            }

            if (hash.ToString("x16", CultureInfo.InvariantCulture) != (string)hashes[block]!)
            {
                differing.Add($"U+{block * blockSize:X}");
            }
        }

        Assert.Empty(differing);
    }

    [Fact]
    public void Words_neither_are_empty_nor_hold_white_space_whatever_the_text()
    {
        Gen.Char.Array[0, 60]
            .Select(characters => new string(characters))
            .Sample(text =>
                Assert.All(WordSink.Words(text, new WordRules()), word => Assert.True(word.Length > 0 && !word.Any(char.IsWhiteSpace)))
            );
    }

    [Fact]
    public void A_lone_surrogate_counts_as_a_replacement_character()
    {
        Assert.Equal(["ab", "c"], WordSink.Words("a\ud800b \udc00c\ud83d", new WordRules()));
        Assert.Equal(["a\ufffdb"], WordSink.Words("a\ud800b", new WordRules { CleanText = false }));
    }

    [Fact]
    public void Of_a_word_that_is_too_long_only_the_start_is_kept()
    {
        var sink = new WordSink();
        new WordSplitter(new WordRules(), 3, sink).Split("🙂🙂🙂 🙂🙂🙂🙂 b");
        Assert.Equal(["🙂🙂🙂", "🙂🙂🙂", "b"], sink.Found);
        Assert.Equal([false, true, false], sink.TooLong);
    }

    [Fact]
    public void Nothing_is_read_once_the_sink_has_enough()
    {
        var sink = new WordSink { Wanted = 2 };
        Assert.False(new WordSplitter(new WordRules(), 100, sink).Split("a,b c"));
        Assert.Equal(["a", ","], sink.Found);
    }

    private static WordRules RulesOf(int index) =>
        new()
        {
            CleanText = (bool)Golden[index]!["clean_text"]!,
            HandleChineseChars = (bool)Golden[index]!["handle_chinese_chars"]!,
            StripAccents = (bool)Golden[index]!["strip_accents"]!,
            Lowercase = (bool)Golden[index]!["lowercase"]!,
        };
}
