using System.Text.Json.Nodes;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Texts for BERT.</summary>
internal sealed class TextPipeline : InputPipeline
{
    /// <summary>As transformers spells the first input.</summary>
    internal const string Input = "input_ids";

    private readonly TextTokenizer tokenizer;
    private readonly int? wanted; // by the user
    private readonly int? maxTokens;

    internal TextPipeline(string place, InputOptions options)
    {
        options.RefuseOthersThan(TextExamples.ExampleWord);
        var folder = Directory.Exists(place) ? place : Path.GetDirectoryName(Path.GetFullPath(place))!;
        var sizes = PretrainedModels.SizesOf(options.ModelFolder ?? folder);
        int? Size(string name) => sizes.TryGetValue(name, out var found) ? found[0] : null;
        tokenizer = TextTokenizer.Load(folder, Size("vocab_size"));
        wanted = options.MaxTokens;
        int?[] limits = [tokenizer.MaxTokens, Size("max_position_embeddings")];
        maxTokens = wanted ?? limits.Min();
        if (wanted > limits.Min())
        {
            throw new ArgumentException(
                $"{wanted} tokens are wanted; the model of {options.ModelFolder ?? folder} takes {limits.Min()} at most. Ask for fewer."
            );
        }
    }

    public override string InputName => Input;

    public override string Word => TextExamples.ExampleWord;

    public override string Many => TextExamples.ExampleWords;

    public override FileKind? Files => null;

    public override IReadOnlyDictionary<string, string> OwnFiles
    {
        get
        {
            var files = tokenizer.Files.ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);
            if (wanted is not null)
            {
                // what members have learned to read is what they are given later
                files[TextTokenizer.ConfigFileName] = WithLimit(files.GetValueOrDefault(TextTokenizer.ConfigFileName, "{}"), wanted.Value);
            }

            return files;
        }
    }

    public override LabeledExamples Open(string path, string split, IReadOnlyList<string>? classNames = null) =>
        new TextExamples(TextData.Open(path, split, classNames), tokenizer, maxTokens);

    public override LabeledExamples OpenForTraining(RunConfig config)
    {
        config.RefuseOthersThan(Many);
        var texts = TextData.Open(config.Data, config.Split);
        return texts.ClassNames.Count > 0
            ? new TextExamples(texts, tokenizer, maxTokens)
            : throw new TrainingException(
                $"{texts.Source(0)}: the texts of {texts.Name} have no labels; a column label is needed to learn from."
            );
    }

    public override LabeledExamples FromItems(IReadOnlyList<InputItem> items, IReadOnlyList<string> classNames)
    {
        if (items.FirstOrDefault(item => item.Bytes is not null) is { } bytes)
        {
            throw DataSetException.Unfit($"{bytes.Source}: these are bytes, and the model takes texts. Decode them, and give the text.");
        }

        (TextRow, int)[] rows =
        [
            .. items
                .SelectMany(item =>
                    item.Text is { } text ? [new TextRow { Text = text, File = item.Source }] : TextTables.Read(item.Source)
                )
                .Select(row => (row, -1)),
        ];
        return rows.Length > 0
            ? new TextExamples(new LabeledTexts(NameOf(items), classNames, rows), tokenizer, maxTokens)
            : throw DataSetException.Unfit($"{NameOf(items)}: there are no texts; one or more are needed.");
    }

    public override IReadOnlyList<string> FindSplits(string path) => TextData.FindSplits(path);

    internal override JsonObject TrainingFacts(RunConfig config) => new() { ["max_tokens"] = maxTokens };

    private static string WithLimit(string config, int limit)
    {
        var fields = JsonNode.Parse(config)!.AsObject();
        fields["model_max_length"] = limit;
        return ConfigJson.Write(fields);
    }
}
