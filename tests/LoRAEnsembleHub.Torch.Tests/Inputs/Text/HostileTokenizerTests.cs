using System.Text;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs.Text;

/// <summary>Tokenizer files that are damaged, contradict one another or ask for another tokenizer are refused by name.</summary>
public class HostileTokenizerTests
{
    [Theory]
    [InlineData("\"id\": 0,", "\"id\": 7,", "The added token [PAD] has the id 7")]
    [InlineData("\"lstrip\": false", "\"lstrip\": true", "\"[PAD]\" has lstrip set")]
    [InlineData("\"normalized\": false", "\"normalized\": true", "\"[PAD]\" has normalized set")]
    [InlineData("\"single_word\": false", "\"single_word\": true", "\"[PAD]\" has single_word set")]
    [InlineData("\"BertNormalizer\"", "\"Lowercase\"", "The normalizer is Lowercase; supported is BertNormalizer")]
    [InlineData("\"BertPreTokenizer\"", "\"Whitespace\"", "The pre_tokenizer is Whitespace; supported is BertPreTokenizer")]
    [InlineData("\"type\": \"WordPiece\",\n    \"unk", "\"type\": \"BPE\",\n    \"unk", "The model is BPE; supported is WordPiece")]
    [InlineData("\"TemplateProcessing\"", "\"RobertaProcessing\"", "The post_processor is RobertaProcessing")]
    [InlineData("\"type_id\": 1", "\"type_id\": 0", "pair is \"[CLS]:0 A:0 [SEP]:0 B:0 [SEP]:1\"; BERT's is")]
    [InlineData("\"ids\": [\n          3", "\"ids\": [\n          9", "special_tokens [CLS] is \"9\"; BERT's is \"3\"")]
    [InlineData("\"truncation\": null", "\"truncation\": {\"direction\": \"Left\"}", "truncation has the direction Left")]
    [InlineData("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"<unk>\"", "The model's unk_token is <unk>, but [UNK]")]
    [InlineData("\"max_input_chars_per_word\": 100", "\"max_input_chars_per_word\": 0", "max_input_chars_per_word is 0")]
    [InlineData("\"three\": 534", "\"three\": 5340", "none with the id 534, while \"three\" has 5340")]
    [InlineData("\"three\": 534", "\"three\": 533", "the id 533 to both")]
    [InlineData("\"three\": 534", "\"three\": -1", "\"three\" the id -1")]
    [InlineData("\"three\": 534", "\"three\": \"534\"", "\"three\" the id \"534\"")]
    [InlineData("\"three\": 534", "\"\\ud800\": 534", "not JSON")]
    [InlineData("\"three\": 534", "\"three\": 534, \"three\": 534", "not JSON")]
    [InlineData("\"version\"", "version", "not JSON")]
    public void A_tokenizer_json_that_would_give_other_ids_is_refused(string from, string to, string expected)
    {
        using var files = new TestTokenizer();
        files.CopyChanged("tokenizer.json", "uncased", from, to);
        files.Copy("tokenizer_config.json", "uncased");
        var refusal = files.Refusal();
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(files.Folder, "tokenizer.json"), refusal.File);
    }

    [Theory]
    [InlineData("""{"tokenizer_class": "RobertaTokenizer"}""", "The tokenizer is a RobertaTokenizer")]
    [InlineData("""{"tokenizer_class": "PreTrainedTokenizerFast"}""", "asks for a tokenizer.json")]
    [InlineData("""{"padding_side": "left"}""", "padding_side is \"left\"")]
    [InlineData("""{"truncation_side": "left"}""", "truncation_side is \"left\"")]
    [InlineData("""{"do_basic_tokenize": false}""", "do_basic_tokenize is false")]
    [InlineData("""{"split_special_tokens": true}""", "split_special_tokens is true")]
    [InlineData("""{"never_split": ["a"]}""", "never_split is [\"a\"]")]
    [InlineData("""{"pad_token_type_id": 1}""", "pad_token_type_id is 1")]
    [InlineData("""{"model_max_length": 2}""", "model_max_length is 2")]
    [InlineData("""{"model_max_length": 10.5}""", "model_max_length is 10.5")]
    [InlineData("""{"do_lower_case": "yes"}""", "do_lower_case is \"yes\"")]
    [InlineData("""{"pad_token": 3}""", "pad_token is 3")]
    [InlineData("""{"pad_token": "\ud800"}""", "pad_token is \"\\ud800\"")]
    [InlineData("""{"tokenizer_class": "\ud800"}""", "tokenizer_class is")]
    [InlineData("""{"\ud800": 1}""", "not JSON")]
    [InlineData("""{"cls_token": "<s>"}""", "The vocabulary has no <s>, which the model needs")]
    [InlineData("""{"additional_special_tokens": ["<x>"]}""", "The special token <x> is not in the vocabulary")]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "a"}}}""", "added_tokens_decoder names a token \"x\"")]
    [InlineData("""{"added_tokens_decoder": {"9": {"content": "<x>"}}}""", "<x> has the id 9; after the tokens before it 6 is next")]
    [InlineData("[]", "must be an object")]
    [InlineData("", "not JSON")]
    public void A_config_that_asks_for_what_is_not_supported_is_refused(string config, string expected)
    {
        using var files = TestTokenizer.Of("a");
        files.Write("tokenizer_config.json", config);
        Assert.Contains(expected, files.Refusal().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[PAD]")]
    [InlineData("[UNK]")]
    [InlineData("[CLS]")]
    [InlineData("[SEP]")]
    public void A_vocabulary_without_a_token_that_the_model_needs_is_refused_and_the_token_named(string token)
    {
        using var files = TestTokenizer.Of("a");
        files.Write("vocab.txt", string.Join('\n', TestTokenizer.Special.Where(special => special != token)) + "\na\n");
        Assert.Contains($"vocab.txt: The vocabulary has no {token}", files.Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_without_a_mask_will_do_and_takes_the_word_as_text()
    {
        using var files = TestTokenizer.Of();
        files.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[\n]\nmask\n");
        Assert.Equal(["[CLS]", "[", "mask", "]", "[SEP]"], files.Load().Encode("[MASK]").Tokens);
    }

    [Fact]
    public void Broken_utf8_in_a_vocabulary_is_refused_with_its_line()
    {
        using var files = TestTokenizer.Of();
        files.Write("vocab.txt", [.. Encoding.UTF8.GetBytes("[PAD]\r\n[UNK]\n\n"), 0xC3, 0x28, (byte)'\n']);
        var refusal = files.Refusal();
        Assert.Equal((4, true), (refusal.Line, refusal.IsMalformed));
        Assert.Contains("vocab.txt(4): The line is not UTF-8", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_before_the_first_token_is_refused()
    {
        using var files = TestTokenizer.Of();
        files.Write("vocab.txt", "\ufeff[PAD]\n[UNK]\n[CLS]\n[SEP]\n");
        Assert.Contains("byte order mark", files.Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_equal_lines_the_last_gives_the_id_and_empty_lines_count()
    {
        using var files = TestTokenizer.Of("a", "", "a", " b", "c\u2028d", "b");
        var tokenizer = files.Load();
        Assert.Equal([2, 7, 10, 3], tokenizer.Encode("a b").Ids.ToArray());
        Assert.Equal(11, tokenizer.VocabularySize);
    }

    [Fact]
    public void Lines_may_end_as_on_any_system_and_the_last_need_not_end()
    {
        using var files = TestTokenizer.Of();
        files.Write("vocab.txt", "[PAD]\r\n[UNK]\r[CLS]\n[SEP]\r\n\na");
        Assert.Equal([2, 5, 3], files.Load().Encode("a").Ids.ToArray());
    }

    [Fact]
    public void An_empty_vocabulary_is_refused()
    {
        using var files = TestTokenizer.Of();
        files.Write("vocab.txt", "");
        Assert.Contains("vocab.txt: The vocabulary is empty", files.Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_larger_than_the_models_is_refused_with_both_sizes()
    {
        using var files = TestTokenizer.Of("a");
        Assert.Equal(6, files.Load(6).VocabularySize);
        Assert.Contains("6 tokens, but the model has embeddings for 5", files.Refusal(5).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_vocabulary_or_without_its_config_is_refused()
    {
        using var files = new TestTokenizer();
        Assert.Contains("neither a vocab.txt nor a tokenizer.json", files.Refusal().Message, StringComparison.Ordinal);
        Assert.False(TextTokenizer.IsIn(files.Folder));
        files.Copy("vocab.txt", "uncased");
        Assert.Contains("A tokenizer_config.json is needed", files.Refusal().Message, StringComparison.Ordinal);
        Assert.True(TextTokenizer.IsIn(files.Folder));
        var nowhere = Path.Combine(files.Folder, "nowhere");
        Assert.Contains(
            "no such folder",
            Assert.Throws<TextException>(() => TextTokenizer.Load(nowhere)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Two_vocabularies_that_differ_are_refused_and_the_first_difference_named()
    {
        using var files = new TestTokenizer();
        files.Copy("tokenizer.json", "uncased");
        files.CopyChanged("vocab.txt", "uncased", "\nthree\n", "\nthrice\n");
        Assert.Contains("\"thrice\" is id 534 here and no token in tokenizer.json", files.Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_added_tokens_beside_a_list_are_refused()
    {
        using var files = TestTokenizer.Of("a");
        files.Write("added_tokens.json", """{"<x>": 6}""");
        Assert.Contains("added_tokens.json", files.Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_config_and_tokenizer_json_differ_the_config_counts_unless_the_class_is_general()
    {
        using var files = new TestTokenizer();
        files.Copy("tokenizer.json", "uncased");
        Assert.Equal(["[CLS]", "it", "[SEP]"], files.Load().Encode("IT").Tokens);
        files.Write("tokenizer_config.json", """{"tokenizer_class": "BertTokenizerFast", "do_lower_case": false}""");
        Assert.Equal(["[CLS]", "[UNK]", "[SEP]"], files.Load().Encode("IT").Tokens);
        files.Write("tokenizer_config.json", """{"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": false}""");
        Assert.Equal(["[CLS]", "it", "[SEP]"], files.Load().Encode("IT").Tokens);
    }

    [Fact]
    public void Added_tokens_behind_the_vocabulary_are_found_as_they_stand_the_longest_first()
    {
        using var files = TestTokenizer.Of("x");
        files.Write(
            "tokenizer_config.json",
            """{"added_tokens_decoder": {"6": {"content": "<X>", "special": true}, "7": {"content": "<X>x", "special": true}}}"""
        );
        var tokenizer = files.Load();
        Assert.Equal(["[CLS]", "x", "<X>", "<X>x", "x", "[SEP]"], tokenizer.Encode("X<X> <X>xx").Tokens);
        Assert.Equal(8, tokenizer.VocabularySize);
        Assert.Null(tokenizer.MaxTokens);
    }

    [Fact]
    public void Special_tokens_may_be_objects_and_come_from_the_map()
    {
        using var files = TestTokenizer.Of("<s>");
        files.Write("special_tokens_map.json", """{"cls_token": {"content": "<s>", "lstrip": false}, "sep_token": "[CLS]"}""");
        files.Write("tokenizer_config.json", """{"sep_token": "[SEP]", "model_max_length": 1000000000000000019884624838656}""");
        var tokenizer = files.Load();
        Assert.Equal(["<s>", "[SEP]"], tokenizer.Encode("").Tokens);
        Assert.Null(tokenizer.MaxTokens);
        Assert.Contains(tokenizer.Files, file => file.EndsWith("special_tokens_map.json", StringComparison.Ordinal));
    }
}
