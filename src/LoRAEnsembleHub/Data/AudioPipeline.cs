using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Sounds for AST.</summary>
internal sealed class AudioPipeline : InputPipeline
{
    /// <summary>As transformers spells the input.</summary>
    internal const string Input = "input_values";

    private readonly AudioFeatureExtractor extractor;
    private readonly AudioRate rate;

    internal AudioPipeline(string place, InputOptions options)
    {
        options.RefuseOthersThan(FileKind.Audio.Word);
        extractor = AudioFeatureExtractor.Load(place);
        rate = options.Rate;
    }

    public override string InputName => Input;

    public override string Word => FileKind.Audio.Word;

    public override string Many => FileKind.Audio.Many;

    public override FileKind Files => FileKind.Audio;

    public override IReadOnlyList<CorruptionKind> Corruptions => SoundCorruption.Kinds;

    public override IReadOnlyDictionary<string, string> OwnFiles =>
        new Dictionary<string, string> { [AudioFeatureExtractorConfig.FileName] = extractor.Config.ToJson() };

    public override LabeledExamples Open(string path, string split, IReadOnlyList<string>? classNames = null) =>
        new AudioExamples(AudioData.Open(path, split, Read, classNames), extractor);

    public override LabeledExamples OpenForTraining(RunConfig config)
    {
        config.RefuseOthersThan(Many);
        return new AudioExamples(
            AudioData.Open(config.Data, config.Split, Read),
            extractor,
            config.AudioAugmentation,
            config.Training.Seed
        );
    }

    public override LabeledExamples FromItems(IReadOnlyList<InputItem> items, IReadOnlyList<string> classNames) =>
        new AudioExamples(new GivenItems<Waveform>(NameOf(items), classNames, items, Files, Read), extractor);

    public override IReadOnlyList<string> FindSplits(string path) => AudioData.FindSplits(path);

    internal override JsonObject TrainingFacts(RunConfig config) =>
        new()
        {
            ["audio_augmentation"] = JsonSerializer.SerializeToNode(
                config.AudioAugmentation ?? new SpectrogramAugmentation(),
                TrainingOptions.Json
            ),
        };

    private Waveform Read(string file) => extractor.Read(file, rate);

    private Waveform Read(InputItem item, int index)
    {
        if (item.Bytes is not { } bytes)
        {
            return Read(item.Source);
        }

        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        return extractor.Decode(stream, item.Source, rate);
    }
}
