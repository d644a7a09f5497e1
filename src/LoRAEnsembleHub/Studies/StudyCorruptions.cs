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

    private static IEnumerable<(string Name, Corruption Corruption)> Of(string text, InputPipeline pipeline)
    {
        var parts = text.Split(':');
        CorruptionKind[] kinds = [.. pipeline.Corruptions.Where(kind => Corruption.WordOf(kind) == parts[0])];
        int[] severities =
            parts.Length == 1 ? [.. Enumerable.Range(1, Corruption.Severities)]
            : parts.Length == 2
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var one)
            && one is >= 1 and <= Corruption.Severities
                ? [one]
            : [];
        return kinds.Length == 1 && severities.Length > 0
            ? severities.Select(severity =>
                (string.Create(CultureInfo.InvariantCulture, $"{parts[0]}:{severity}"), new Corruption(kinds[0], severity))
            )
            : throw new TrainingException(
                $"corruptions holds {text}; for {pipeline.Many} it must be one of {string.Join(", ", pipeline.Corruptions.Select(Corruption.WordOf))}, "
                    + $"with a severity of 1 to {Corruption.Severities} after a colon, or without for all."
            );
    }
}
