using System.Text.Json;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Training;

/// <summary>Everything that a training run needs to know, field for field as it stands in run.json.</summary>
/// <remarks>Paths that are not absolute are taken from the current folder of the process that runs it.</remarks>
public sealed record RunConfig
{
    /// <summary>The name of the file that a run leaves beside its ensemble.</summary>
    public const string FileName = "run.json";

    private const string NoSplit = "none"; // As the command line spells it; null means the same.

    /// <summary>Folder of the base model.</summary>
    public string Base { get; init; } = "";

    /// <summary>Repository that the base is a copy of; null takes the last two parts of its path.</summary>
    public string? BaseId { get; init; }

    /// <summary>The data set: see <see cref="InputPipeline.Open"/>.</summary>
    public string Data { get; init; } = "";

    /// <summary>Repository that the data set is a copy of; null takes the last two parts of its path.</summary>
    public string? DataId { get; init; }

    /// <summary>The part of the data set to learn from.</summary>
    public string Split { get; init; } = "train";

    /// <summary>The part to measure on at the end; null measures nothing.</summary>
    public string? TestSplit { get; init; } = "test";

    /// <summary>A part of the data set to fit a temperature on once training has ended; null for none.</summary>
    public string? CalibrateSplit { get; init; }

    /// <summary>Share of the training examples that is not learned from but kept to fit a temperature on; in (0, 1), or null for none.</summary>
    public double? CalibrateShare { get; init; }

    /// <summary>Whether one temperature is fitted for all members, or one for each.</summary>
    public TemperatureScope TemperatureScope { get; init; } = TemperatureScope.Joint;

    /// <summary>Folder of the ensemble to be written.</summary>
    public string Output { get; init; } = "";

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How products with the base's weights are computed on the CPU; a run that is taken up again keeps the route it began with.</summary>
    public ProductRoute Route { get; init; } = ProductRoute.Automatic;

    /// <summary>Whether pixel values are normalised as the base's processor does, or only divided by 255 as published.</summary>
    public PixelNormalization Normalization { get; init; } = PixelNormalization.Processor;

    /// <summary>Random changes to the training images.</summary>
    public ImageAugmentation Augmentation { get; init; } = new();

    /// <summary>Random changes to the training sounds; null for none.</summary>
    public SpectrogramAugmentation? AudioAugmentation { get; init; }

    /// <summary>Tokens that are kept of a text at most, the special ones counted; null takes what model and tokenizer allow.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How classes are weighted by how often they occur: <c>uniform</c>, <c>inverse</c>, <c>inverse-square-root</c>, <c>effective-number</c> or <c>effective-number:BETA</c>.</summary>
    public string ClassWeighting { get; init; } = "uniform";

    /// <summary>Spelling of the members' tensors.</summary>
    public PeftNaming Naming { get; init; } = PeftNaming.Both;

    /// <summary>Licence of the ensemble, by its identifier, for the card.</summary>
    public string? License { get; init; }

    /// <summary>The method's settings.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Reads a run; fields left out keep their defaults, fields that do not exist are refused.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="TrainingException">It is no such object.</exception>
    public static RunConfig Parse(string json, string place)
    {
        try
        {
            return JsonSerializer.Deserialize<RunConfig>(json, TrainingOptions.Json) ?? throw new JsonException("null is not an object");
        }
        catch (JsonException e)
        {
            throw SettingsFault.In(json, e, place);
        }
    }

    /// <summary>The choices that concern how inputs are prepared.</summary>
    internal InputOptions InputOptions => new() { Normalization = Normalization, MaxTokens = MaxTokens };

    /// <summary>Repository of the data: of a table the one that its folder is a copy of.</summary>
    internal string DatasetId => DataId ?? RepositoryFolder.OfData(Data).RepoId;

    /// <summary>The run as JSON with sorted names.</summary>
    public string ToJson() => ConfigJson.Write(JsonSerializer.SerializeToNode(this, TrainingOptions.Json)!);

    /// <summary>Refuses settings of another kind of input than the base takes.</summary>
    /// <param name="many">What examples are called.</param>
    /// <exception cref="TrainingException">There is such a setting.</exception>
    internal void RefuseOthersThan(string many)
    {
        foreach (
            var (field, of, isSet) in new[]
            {
                ("normalization", FileKind.Image.Many, Normalization != PixelNormalization.Processor),
                ("augmentation", FileKind.Image.Many, Augmentation != new ImageAugmentation()),
                ("audio_augmentation", FileKind.Audio.Many, AudioAugmentation is not null),
                ("max_tokens", TextExamples.ExampleWords, MaxTokens is not null),
            }
        )
        {
            if (isSet && of != many)
            {
                throw TrainingException.OfSetting($"{field} is set, which is for {of}; the base takes {many}. Leave it out.");
            }
        }
    }

    /// <exception cref="TrainingException">A needed field is missing or a setting is out of range.</exception>
    internal RunConfig Checked()
    {
        foreach (var (name, value) in new[] { ("base", Base), ("data", Data), ("output", Output) })
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                throw TrainingException.OfSetting($"{name} is not set; a run needs a base, data and an output folder.");
            }
        }

        CheckCalibration();
        if (
            Naming != PeftNaming.Both
            && Training.Method is not (TrainingMethod.LoraEnsemble or TrainingMethod.SingleLora or TrainingMethod.HeadOnly)
        )
        {
            throw TrainingException.OfSetting(
                $"naming is {WordConverter.Word(Naming)}, which is for LoRA members; the method is {MethodSettings.WordOf(Training.Method)}. Leave it out."
            );
        }

        return this with
        {
            Training = Training.Checked(),
            TestSplit = TestSplit == NoSplit ? null : TestSplit,
        };
    }

    private void CheckCalibration()
    {
        var fault =
            CalibrateSplit is not null && CalibrateShare is not null ? "calibrate_split and calibrate_share exclude each other."
            : CalibrateShare is <= 0 or >= 1 or double.NaN ? $"calibrate_share is {CalibrateShare}; it must be in (0, 1), or left out."
            : CalibrateSplit is { } held && (held == Split || held == TestSplit)
                ? $"calibrate_split is {held}, which is {(held == Split ? "learned from" : "measured on")}; a temperature must be fitted on other examples."
            : TemperatureScope == TemperatureScope.Joint ? null
            : CalibrateSplit is null && CalibrateShare is null
                ? "temperature_scope is member, but nothing is to be fitted; set calibrate_split or calibrate_share."
            : Training.Method == TrainingMethod.McDropout
                ? "temperature_scope is member; the passes of mc-dropout are alike, so there is one temperature for all of them: joint."
            : null;
        if (fault is not null)
        {
            throw TrainingException.OfSetting(fault);
        }
    }
}

/// <summary>What becomes of pixel values after they are divided by 255.</summary>
public enum PixelNormalization
{
    /// <summary>Mean and standard deviation of the base's image processor.</summary>
    Processor,

    /// <summary>Nothing: values stay in [0, 1], as in the published LoRA-Ensemble runs.</summary>
    Unit,
}
