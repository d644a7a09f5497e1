using System.Text.Json.Nodes;
using LoRAEnsembleHub.Torch.Tests.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Texts through every verb, as a user would have it.</summary>
public sealed class TextVerbTests(TinyTexts tiny) : IClassFixture<TinyTexts>
{
    private string[] Words => ["predict", "--base", tiny.Base, "--ensemble", tiny.Ensemble];

    private string[] Predict => [.. Words, "--json"];

    [Fact]
    public async Task Arguments_tables_and_lines_of_standard_input_are_predicted_alike()
    {
        string[] texts = ["A lovely day.", "It was grim!"];
        var table = tiny.Write("some.jsonl", "{\"text\": \"A lovely day.\"}\n{\"text\": \"It was grim!\"}\n"u8.ToArray());
        var given = (await Tool.RunAsync([.. Predict, .. texts])).Done().Json();
        var read = (await Tool.RunAsync([.. Predict, table])).Done().Json();
        var piped = (await PipedAsync("A lovely day.\r\nIt was grim!\n", [.. Predict, "-"])).Done().Json();
        foreach (var json in new[] { given, read, piped })
        {
            Assert.Equal(texts, json["predictions"]!.AsArray().Select(one => (string)one!["text"]!));
            Assert.Equal(
                given["predictions"]!.AsArray().Select(one => (double)one!["probability"]!),
                json["predictions"]!.AsArray().Select(one => (double)one!["probability"]!)
            );
        }

        Assert.Equal("argument 2", (string?)given["predictions"]![1]!["input"]);
        Assert.EndsWith("some.jsonl(2)", (string?)read["predictions"]![1]!["input"], StringComparison.Ordinal);
        Assert.Equal("standard input(2)", (string?)piped["predictions"]![1]!["input"]);
    }

    [Fact]
    public async Task Texts_are_not_corrupted()
    {
        string[] measuring = ["evaluate", "--base", tiny.Base, "--ensemble", tiny.Ensemble, "--data", tiny.Data];
        (await Tool.RunAsync([.. measuring, "--corrupt", "noise"])).Refused(
            2,
            "--corrupt is for pictures and sounds; the model takes texts"
        );
    }

    [Fact]
    public async Task Texts_of_very_different_length_get_the_answer_that_they_get_alone()
    {
        string[] texts = ["good", "The film was very, very dull, and the plot was a sad, sad day.", "kind"];
        var together = (await Tool.RunAsync([.. Predict, .. texts])).Done().Json();
        foreach (var (index, text) in texts.Index())
        {
            var alone = (await Tool.RunAsync([.. Predict, text])).Done().Json();
            Assert.Equal((double)alone["predictions"]![0]!["probability"]!, (double)together["predictions"]![index]!["probability"]!, 5);
        }
    }

    [Fact]
    public async Task Empty_and_overlong_texts_are_predicted_with_a_warning()
    {
        var run = (await Tool.RunAsync([.. Predict, "", string.Join(' ', Enumerable.Repeat("good", 100))])).Done();
        string[] warnings = [.. run.Json()["warnings"]!.AsArray().Select(one => (string)one!)];
        Assert.Equal(
            [
                "argument 1: it is empty, and the answer is what the model says of no words at all.",
                "argument 2: only the first 24 tokens are read; the rest was cut off.", // the model's limit, below the tokenizer's
            ],
            warnings
        );
        var cut = (await Tool.RunAsync([.. Predict, "good good good bad", "--max-tokens", "5"])).Done().Json();
        var short3 = (await Tool.RunAsync([.. Predict, "good good good"])).Done().Json();
        Assert.Equal((double)short3["predictions"]![0]!["probability"]!, (double)cut["predictions"]![0]!["probability"]!, 5);
        (await Tool.RunAsync([.. Words, "good", "--max-tokens", "25"])).Refused(2, "25 tokens are wanted", "takes 24 at most");
        (await Tool.RunAsync([.. Words, "good", "--max-tokens", "2"])).Refused(2, "--max-tokens");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_with_their_line()
    {
        var file = tiny.Write("broken.csv", [.. "text\ngood\nb"u8, 0xFF, (byte)'d', (byte)'\n']);
        (await Tool.RunAsync([.. Words, file])).Refused(6, "broken.csv(3): the bytes FF are no UTF-8");
        (await Tool.RunAsync([.. Words, "none.csv"])).Refused(3, "none.csv");
        (await Tool.RunAsync([.. Words, tiny.Folder])).Refused(2, "is a folder, and no table of texts");
        (await PipedAsync("", [.. Words, "-"])).Refused(2, "Standard input is empty");
    }

    [Fact]
    public async Task A_vocabulary_that_cannot_be_the_models_is_refused()
    {
        foreach (
            var (name, lines, exitCode, cause) in new[]
            {
                ("large", Enumerable.Range(0, 150).Select(index => $"w{index}").Prepend("[MASK]"), 1, "has embeddings for 120"),
                ("bare", ["good", "bad"], 1, "[UNK]"),
            }
        )
        {
            var folder = Path.Combine(tiny.Folder, name);
            Directory.CreateDirectory(folder);
            string[] special = name == "large" ? ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] : [];
            await File.WriteAllLinesAsync(Path.Combine(folder, "vocab.txt"), [.. special, .. lines], TestContext.Current.CancellationToken);
            File.Copy(Path.Combine(tiny.Base, "tokenizer_config.json"), Path.Combine(folder, "tokenizer_config.json"));
            (await Tool.RunAsync([.. Words, "--preprocessor", folder, "good"])).Refused(exitCode, cause);
        }
    }

    [Fact]
    public async Task The_tokenizer_travels_with_the_ensemble_and_its_limit_too()
    {
        Assert.True(File.Exists(Path.Combine(tiny.Ensemble, "vocab.txt")));
        var output = Path.Combine(tiny.Folder, "limited");
        (await Tool.RunAsync([.. tiny.Training, "--output", output, "--max-tokens", "6"])).Done();
        var config = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(output, "tokenizer_config.json"), TestContext.Current.CancellationToken)
        )!;
        Assert.Equal((6, true), ((int)config["model_max_length"]!, (bool)config["do_lower_case"]!));
        var run = await Tool.RunAsync("predict", "--base", tiny.Base, "--ensemble", output, "good good good good good");
        Assert.Contains("only the first 6 tokens are read", run.Done().Errors, StringComparison.Ordinal);
        var card = await File.ReadAllTextAsync(Path.Combine(output, "README.md"), TestContext.Current.CancellationToken);
        Assert.Contains("pipeline_tag: text-classification", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_without_labels_serve_as_unfamiliar_ones_and_cannot_be_learned_from()
    {
        var bare = tiny.Write("bare.csv", "text\nthe cast\nthe song\n"u8.ToArray());
        string[] measured = ["evaluate", "--base", tiny.Base, "--ensemble", tiny.Ensemble];
        var json = (await Tool.RunAsync([.. measured, "--data", tiny.Data, "--ood", bare, "--json"])).Done().Json();
        Assert.Equal((8, 2), ((int)json["summary"]!["examples"]!, (int)json["outside"]!["examples"]!));
        (await Tool.RunAsync([.. measured, "--data", bare])).Refused(1, "bare.csv(2): the text has no label");
        var predicted = (await Tool.RunAsync([.. Predict, "--data", bare])).Done().Json();
        Assert.All(predicted["predictions"]!.AsArray(), one => Assert.Null(one!["true_label"]));
        string[] training = [.. tiny.Training[..^1], bare, "--output", Path.Combine(tiny.Folder, "unlearned"), "--test-split", "none"];
        (await Tool.RunAsync(training)).Refused(1, "have no labels");
    }

    [Fact]
    public async Task Ids_masks_and_kinds_are_written_as_transformers_gives_them()
    {
        var output = Path.Combine(tiny.Folder, "ids.safetensors");
        (
            await Tool.RunAsync("preprocess", "--config", Golden.PathOf("inputs", "text", "uncased"), "hello world", "", "--output", output)
        ).Done();
        var written = GoldenTensors.Load(output);
        Assert.Equal(["attention_mask", "input_ids", "token_type_ids"], written.Names.Order());
        Assert.Equal([2, 9], written.Shape("input_ids"));
        var model = (await Tool.RunAsync("inspect", tiny.Base)).Done();
        Assert.Contains("tokenizer_config.json, vocab.txt", model.Output, StringComparison.Ordinal);
        var set = (await Tool.RunAsync("inspect", tiny.Data, "--json")).Done().Json();
        Assert.Equal(("text", 8), ((string)set["input"]!, (int)set["splits"]![1]!["per_class"]!["kind"]! * 2));
    }

    private static async Task<ToolRun> PipedAsync(string input, string[] arguments)
    {
        using var process = Tool.Start(new ToolPlace(), arguments);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolRun(process.ExitCode, await output, await errors);
    }
}
