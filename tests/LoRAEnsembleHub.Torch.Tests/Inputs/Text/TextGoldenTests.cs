using System.Text.Json.Nodes;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs.Text;

/// <summary>Token ids against transformers' BertTokenizer; tests/golden/inputs/text says how they were made. All must be equal.</summary>
public class TextGoldenTests
{
    public static TheoryData<string, string> Tokenizers
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in new[] { "cased", "uncased", "uncased-accents-kept" })
            {
                foreach (
                    var files in new[]
                    {
                        "all",
                        "vocab.txt tokenizer_config.json",
                        "tokenizer.json",
                        "tokenizer.json tokenizer_config.json",
                    }
                )
                {
                    data.Add(kind, files);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Every_text_and_pair_has_the_tokens_of_transformers(string kind, string files)
    {
        var tokenizer = Load(kind, files);
        foreach (var one in Expected(kind)["cases"]!.AsArray())
        {
            var most = (int?)one!["max_length"];
            var encoded = tokenizer.Encode((string)one["text"]!, (string?)one["pair"], most ?? int.MaxValue);
            var batch = tokenizer.Pad([encoded], one["padding"] is null ? null : most);
            Assert.Equal(Numbers(one["input_ids"]!), batch.InputIds.ToArray());
            Assert.Equal(Numbers(one["token_type_ids"]!), batch.TokenTypeIds.ToArray());
            Assert.Equal(Numbers(one["attention_mask"]!), batch.AttentionMask.ToArray());
            Assert.Equal([.. one["tokens"]!.AsArray().Select(token => (string)token!).Take(encoded.Length)], encoded.Tokens);
        }
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Batches_are_cut_and_filled_up_as_transformers_does_it(string kind, string files)
    {
        var tokenizer = Load(kind, files);
        foreach (var one in Expected(kind)["batches"]!.AsArray())
        {
            var batch = tokenizer.EncodeBatch(Texts(one!["texts"])!, Texts(one["pairs"]), (int)one["max_length"]!);
            Assert.Equal(Rows(one["input_ids"]!), batch.InputIds.ToArray());
            Assert.Equal(Rows(one["token_type_ids"]!), batch.TokenTypeIds.ToArray());
            Assert.Equal(Rows(one["attention_mask"]!), batch.AttentionMask.ToArray());
            Assert.Equal(batch.Batch * batch.Tokens, batch.InputIds.Length);
        }
    }

    [Fact]
    public void The_files_say_how_long_texts_may_be_and_how_large_the_vocabulary_is()
    {
        var tokenizer = TextTokenizer.Load(TestTokenizer.Golden("uncased"));
        Assert.Equal((64, 600, 0), (tokenizer.MaxTokens, tokenizer.VocabularySize, tokenizer.PadId));
        Assert.Equal(["vocab.txt", "tokenizer.json", "tokenizer_config.json"], tokenizer.Files.Select(file => Path.GetFileName(file)));
    }

    private static TextTokenizer Load(string kind, string files)
    {
        if (files == "all")
        {
            return TextTokenizer.Load(TestTokenizer.Golden(kind));
        }

        using var folder = new TestTokenizer();
        foreach (var name in files.Split(' '))
        {
            folder.Write(name, File.ReadAllText(Path.Combine(TestTokenizer.Golden(kind), name)));
        }

        return TextTokenizer.Load(folder.Folder);
    }

    private static JsonNode Expected(string kind) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(TestTokenizer.Golden(kind), "expected.json")))!;

    private static long[] Numbers(JsonNode list) => [.. list.AsArray().Select(number => (long)number!)];

    private static long[] Rows(JsonNode list) => [.. list.AsArray().SelectMany(row => Numbers(row!))];

    private static string[]? Texts(JsonNode? list) => list is null ? null : [.. list.AsArray().Select(text => (string)text!)];
}
