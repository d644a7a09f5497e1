using System.Globalization;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Studies;

/// <summary>The corruptions of a study by their words, such as <c>noise:3</c>.</summary>
internal static class StudyCorruptions
{
    /// <summary>Reads the words.</summary>
    /// <exception cref="TrainingException">A word is not known, or inputs of the kind cannot be made worse so.</exception>
    public static IReadOnlyList<(string Name, Corruption Corruption)> Of(IEnumerable<string> words, InputPipeline pipeline) =>
        [.. words.SelectMany(word => Of(word, pipeline)).DistinctBy(corruption => corruption.Name)];

    private static IEnumerable<(string Name, Corruption Corruption)> Of(string text, InputPipeline pipeline) =>
        Corruption
            .Read(text, pipeline.Corruptions)
            ?.Select(corruption =>
                (string.Create(CultureInfo.InvariantCulture, $"{Corruption.WordOf(corruption.Kind)}:{corruption.Severity}"), corruption)
            )
        ?? throw TrainingException.OfSetting(
            $"corruptions holds {text}; for {pipeline.Many} it must be one of {string.Join(", ", pipeline.Corruptions.Select(Corruption.WordOf))}, "
                + $"with a severity of 1 to {Corruption.Severities} after a colon, or without for all."
        );
}
