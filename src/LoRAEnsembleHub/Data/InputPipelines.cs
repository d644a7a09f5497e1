using System.Text.Json;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Finds out what kind of input a checkpoint takes; the one place where kinds are told apart.</summary>
public static class InputPipelines
{
    private const string AudioModelType = "audio-spectrogram-transformer";
    private const string TextModelType = "bert";

    /// <summary>Reads how a checkpoint's inputs are prepared.</summary>
    /// <param name="place">The folder of a base or an ensemble, or one of the files that say how inputs are prepared.</param>
    /// <param name="options">Choices of the user; null takes the defaults.</param>
    /// <exception cref="ImageException">There is no such file, or it is refused.</exception>
    /// <exception cref="AudioException">It is one for sounds, and refused.</exception>
    /// <exception cref="TextException">It is one for texts, and refused.</exception>
    /// <exception cref="ArgumentException">A choice of the user concerns another kind of input.</exception>
    public static InputPipeline Load(string place, InputOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        options ??= InputOptions.Default;
        return IsForAudio(place) ? new AudioPipeline(place, options)
            : IsForText(place) ? new TextPipeline(place, options)
            : new ImagePipeline(place, options);
    }

    /// <summary>Reads how the inputs of an ensemble are prepared: as its own files say, else as those of its base do.</summary>
    /// <param name="ensemble">The folder of the ensemble.</param>
    /// <param name="modelFolder">The folder of its base, or of a model that it brings; the sizes of inputs are told there.</param>
    /// <param name="options">Choices of the user; null takes the defaults.</param>
    /// <exception cref="ImageException">There is no such file, or it is refused.</exception>
    /// <exception cref="AudioException">It is one for sounds, and refused.</exception>
    /// <exception cref="TextException">It is one for texts, and refused.</exception>
    /// <exception cref="ArgumentException">A choice of the user concerns another kind of input.</exception>
    public static InputPipeline LoadFor(string ensemble, string modelFolder, InputOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(ensemble);
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        return Load(IsIn(ensemble) ? ensemble : modelFolder, (options ?? InputOptions.Default) with { ModelFolder = modelFolder });
    }

    /// <summary>Whether a folder says how inputs are prepared; an ensemble need not, then its base does.</summary>
    /// <param name="folder">The folder of a base or an ensemble.</param>
    /// <remarks>A folder that has lost a part of it says so still, and is refused when it is read; its base would prepare inputs otherwise.</remarks>
    public static bool IsIn(string folder) => Directory.Exists(folder) && FilesIn(folder).Count > 0;

    /// <summary>The files of a folder that say how inputs are prepared, by their names; none where it does not say.</summary>
    /// <param name="folder">The folder of a base or an ensemble.</param>
    public static IReadOnlyList<string> FilesIn(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(IsInputFile).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>Whether a file is by its name one of those that say how inputs are prepared.</summary>
    internal static bool IsInputFile(string path) => Path.GetFileName(path) == ImageProcessorConfig.FileName || TextTokenizer.IsFile(path);

    private static bool IsForAudio(string place)
    {
        var file = Directory.Exists(place) ? Path.Combine(place, AudioFeatureExtractorConfig.FileName) : place;
        return Path.GetExtension(file) == ".json"
            && File.Exists(file)
            && Field(file, "image_processor_type") is null
            && (
                Field(file, "feature_extractor_type") is { } type
                    ? type == AudioFeatureExtractorConfig.ExtractorType
                    : ModelTypeBeside(file) == AudioModelType
            );
    }

    // A tokenizer beside a processor belongs to a model of pictures or sounds and words, which the processor refuses by name.
    private static bool IsForText(string place) =>
        File.Exists(place)
            ? TextTokenizer.IsFile(place)
            : !Holds(place, ImageProcessorConfig.FileName)
                && (TextTokenizer.IsIn(place) || Field(Path.Combine(place, "config.json"), "model_type") == TextModelType);

    private static bool Holds(string folder, string file) => File.Exists(Path.Combine(folder, file));

    private static string? ModelTypeBeside(string file) =>
        Field(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "config.json"), "model_type");

    // Broken files are told of by whoever reads them for good.
    private static string? Field(string file, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
