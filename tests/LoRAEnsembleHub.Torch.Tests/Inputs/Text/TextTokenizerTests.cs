using CsCheck;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs.Text;

public class TextTokenizerTests
{
    private static readonly TextTokenizer Uncased = TextTokenizer.Load(TestTokenizer.Golden("uncased"));
    private static readonly TextTokenizer Cased = TextTokenizer.Load(TestTokenizer.Golden("cased"));

    private static readonly string[] Parts =
    [
        " ",
        "\t",
        "É",
        "中",
        "가",
        "🙂",
        "\ud83d",
        "[SEP]",
        "[MASK]",
        "three",
        "calibration",
        ".",
        new string('x', 101),
    ];

    // Any UTF-16, half surrogate pairs included; words of the vocabulary; and special tokens.
    private static readonly Gen<string> Texts = Gen.OneOf(
            Gen.Char.Array[0, 12].Select(characters => new string(characters)),
            Gen.Char['a', 'z'].Array[1, 8].Select(characters => new string(characters)),
            Gen.Int[0, Parts.Length - 1].Select(index => Parts[index])
        )
        .Array[0, 24]
        .Select(string.Concat);

    [Fact]
    public void Any_text_and_pair_has_ids_of_the_vocabulary_between_the_special_tokens() =>
        Gen.Select(Texts, Texts, Gen.Bool)
            .Sample(
                (text, pair, isPair) =>
                {
                    var encoded = Cased.Encode(text, isPair ? pair : null, int.MaxValue);
                    var ids = encoded.Ids.ToArray();
                    Assert.All(ids, id => Assert.InRange(id, 0, Cased.VocabularySize - 1));
                    Assert.Equal(("[CLS]", "[SEP]"), (encoded.Tokens[0], encoded.Tokens[^1]));
                    Assert.Equal(ids.Length, encoded.TypeIds.Length);
                    Assert.Equal(isPair, encoded.TypeIds.ToArray()[^1] == 1);
                    Assert.False(encoded.IsCut);
                }
            );

    [Fact]
    public void A_text_is_cut_exactly_if_it_is_longer_and_its_start_is_kept() =>
        Gen.Select(Texts, Gen.Int[2, 40])
            .Sample(
                (text, most) =>
                {
                    var (whole, cut) = (Uncased.Encode(text, maxTokens: int.MaxValue), Uncased.Encode(text, maxTokens: most));
                    Assert.Equal(whole.Length > most, cut.IsCut);
                    Assert.Equal(Math.Min(whole.Length, most), cut.Length);
                    Assert.Equal(whole.Ids[..(cut.Length - 1)].ToArray(), cut.Ids[..^1].ToArray());
                    Assert.Equal(whole.Ids.Span[^1], cut.Ids.Span[^1]);
                }
            );

    [Fact]
    public void A_pair_is_cut_exactly_if_it_is_longer_and_the_start_of_each_text_is_kept() =>
        Gen.Select(Texts, Texts, Gen.Int[3, 40])
            .Sample(
                (text, pair, most) =>
                {
                    var (first, second) = (Uncased.Encode(text, maxTokens: int.MaxValue), Uncased.Encode(pair, maxTokens: int.MaxValue));
                    var cut = Uncased.Encode(text, pair, most);
                    var length = first.Length + second.Length - 1;
                    var firstKept = cut.TypeIds.ToArray().Count(type => type == 0) - 2;
                    var secondKept = cut.Length - firstKept - 3;
                    Assert.Equal((length > most, Math.Min(length, most)), (cut.IsCut, cut.Length));
                    Assert.Equal(first.Ids.Slice(1, firstKept).ToArray(), cut.Ids.Slice(1, firstKept).ToArray());
                    Assert.Equal(second.Ids.Slice(1, secondKept).ToArray(), cut.Ids.Slice(firstKept + 2, secondKept).ToArray());
                }
            );

    [Fact]
    public void The_pieces_of_a_word_put_together_are_the_word_as_it_was_prepared() =>
        Texts.Sample(text =>
        {
            foreach (var word in WordSink.Words(text, new WordRules()).Where(word => word is not ("[" or "]")))
            {
                var pieces = Uncased.Encode(word, maxTokens: int.MaxValue).Tokens.Skip(1).SkipLast(1).ToArray();
                Assert.True(
                    pieces is ["[UNK]"] || string.Concat(pieces.Select((piece, place) => place == 0 ? piece : piece[2..])) == word,
                    $"{word}: {string.Join(' ', pieces)}"
                );
            }
        });

    [Fact]
    public void Tokens_have_the_ids_that_the_vocabulary_gives_them()
    {
        var lines = File.ReadAllLines(Path.Combine(TestTokenizer.Golden("uncased"), "vocab.txt"));
        Texts.Sample(text =>
        {
            var encoded = Uncased.Encode(text);
            Assert.Equal([.. encoded.Ids.ToArray().Select(id => lines[id])], encoded.Tokens);
        });
    }

    [Fact]
    public void Rows_of_a_batch_are_the_texts_by_themselves_with_padding_behind() =>
        Texts
            .Array[1, 5]
            .Sample(texts =>
            {
                var batch = Uncased.EncodeBatch(texts);
                Assert.Equal(texts.Length, batch.Batch);
                for (var row = 0; row < texts.Length; row++)
                {
                    var (encoded, own) = (Uncased.Encode(texts[row]), batch.InputIds.Slice(row * batch.Tokens, batch.Tokens).ToArray());
                    Assert.Equal([.. encoded.Ids.ToArray().Select(id => (long)id)], own[..encoded.Length]);
                    Assert.All(own[encoded.Length..], id => Assert.Equal(Uncased.PadId, id));
                    Assert.Equal(encoded.Length, batch.AttentionMask.Slice(row * batch.Tokens, batch.Tokens).ToArray().Sum());
                }
            });

    [Fact]
    public void Texts_are_cut_at_the_models_maximum_unless_another_is_asked_for()
    {
        var text = string.Concat(Enumerable.Repeat("three ", 100));
        Assert.Equal((64, true), (Uncased.Encode(text).Length, Uncased.Encode(text).IsCut));
        Assert.Equal((102, false), (Uncased.Encode(text, maxTokens: 200).Length, Uncased.Encode(text, maxTokens: 200).IsCut));
        Assert.Equal(["[CLS]", "[SEP]"], Uncased.Encode(text, maxTokens: 2).Tokens);
        Assert.Equal(["[CLS]", "[SEP]", "[SEP]"], Uncased.Encode(text, text, 3).Tokens);
    }

    [Fact]
    public void A_special_token_does_not_end_the_reading_of_a_text_that_already_has_enough()
    {
        // tokenizers stops only after a word, so the first text counts 5 tokens here and is the longer one, which gets the odd place.
        var (text, pair) = ("three [SEP] [SEP] [SEP] it a", "three three three three");
        Assert.Equal(["[CLS]", "three", "[SEP]", "[SEP]"], Uncased.Encode(text, pair, 4).Tokens);
        Assert.Equal(["[CLS]", "[SEP]", "three", "[SEP]"], Uncased.Encode(pair, pair, 4).Tokens);
    }

    [Fact]
    public void Characters_beyond_16_bits_count_once_toward_the_longest_word()
    {
        using var files = TestTokenizer.Of("🙂", "##🙂");
        var tokenizer = files.Load();
        string Word(int length) => string.Concat(Enumerable.Repeat("🙂", length));
        Assert.Equal(102, tokenizer.Encode(Word(100), maxTokens: 200).Length);
        Assert.Equal(["[CLS]", "[UNK]", "[SEP]"], tokenizer.Encode(Word(101), maxTokens: 200).Tokens);
    }

    [Fact]
    public void Looking_up_pieces_takes_work_in_proportion_to_the_word()
    {
        var vocabulary = new Vocabulary(["[UNK]", "a", "##a", "##aaaaaaaa"]);
        var pieces = new WordPieces(vocabulary, "##", 0);
        foreach (var length in new[] { 100, 1_000, 100_000 })
        {
            Assert.InRange(pieces.Append(new string('a', length), []), length / 8, length * 9);
            Assert.InRange(pieces.Append(new string('a', length) + "b", []), length / 8, length * 9);
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("\u0301")] // dropped
    [InlineData("\u302e\u302a")] // put in order first: one of them stays
    [InlineData("[")]
    [InlineData("[SEP")]
    [InlineData("\ud83d")]
    public void A_megabyte_without_a_space_takes_memory_in_proportion_to_its_tokens(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length));
        Uncased.Encode(text[..1000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var encoded = Uncased.Encode(text, maxTokens: int.MaxValue);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000_000);
        Assert.InRange(encoded.Length, 2, text.Length + 2);
    }

    [Fact]
    public void A_long_text_is_read_no_further_than_its_tokens_are_kept()
    {
        var text = string.Concat(Enumerable.Repeat("three ", 1_000_000));
        Uncased.Encode(text[..1000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(Uncased.Encode(text).IsCut);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    [Fact]
    public void Many_threads_get_the_same_ids()
    {
        var texts = Enumerable.Range(0, 400).Select(n => $"three {n} Café [SEP] 中文 calibration{n}").ToArray();
        var alone = texts.Select(text => Uncased.Encode(text).Ids.ToArray()).ToArray();
        Parallel.For(0, texts.Length, n => Assert.Equal(alone[n], Uncased.Encode(texts[n]).Ids.ToArray()));
    }

    [Fact]
    public void Wrong_calls_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode("a", maxTokens: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode("a", "b", 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.EncodeBatch([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Pad([Uncased.Encode("three")], 2));
        Assert.Throws<ArgumentException>(() => Uncased.EncodeBatch(["a"], ["b", "c"]));
    }
}
