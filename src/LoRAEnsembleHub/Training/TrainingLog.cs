using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Training;

/// <summary>How the loss fell: training_log.json of a trained ensemble, field for field.</summary>
/// <remarks>It holds no times, so the same training leaves the same bytes, stopped and resumed or not.</remarks>
public sealed record TrainingLog
{
    /// <summary>Name of the file in the ensemble's folder.</summary>
    public const string FileName = "training_log.json";

    internal const int MostPoints = 100;
    private const string FormatName = "lora-ensemble-training-log";
    private const int KnownVersion = 1;
    private const long MostBytes = 16 << 20;

    /// <summary>Updates in all; 1 or more.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>One for every stretch of updates, in their order; logs that this program writes have at most 100.</summary>
    public required IReadOnlyList<TrainingLogPoint> Points { get; init; }

    /// <summary>Reads the log of an ensemble.</summary>
    /// <param name="folder">The folder of the ensemble.</param>
    /// <returns>The log, or null when the folder has none.</returns>
    /// <exception cref="TrainingException">The file is malformed.</exception>
    public static TrainingLog? Find(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var file = new FileInfo(Path.Combine(folder, FileName));
        return !file.Exists ? null
            : file.Length <= MostBytes ? Parse(File.ReadAllText(file.FullName), file.ToString())
            : throw new TrainingException($"{file} has {file.Length} bytes; a training log has at most {MostBytes}.");
    }

    /// <summary>Reads a log; fields that are not known are passed over.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="TrainingException">It is no training log, of a later version, or its numbers make no sense.</exception>
    public static TrainingLog Parse(string json, string place)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(place);
        try
        {
            var fields = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("it is no object");
            var (format, version) = (fields["format"], fields["format_version"]);
            if (format?.ToString() != FormatName || version?.ToString() != $"{KnownVersion}")
            {
                throw new JsonException(
                    $"format is {format ?? "missing"}, version {version ?? "missing"}; known is {FormatName}, {KnownVersion}"
                );
            }

            var log = fields.Deserialize<TrainingLog>(TrainingLogPoint.Json) ?? throw new JsonException("it is no object");
            return log.Fault() is { } fault ? throw new JsonException(fault) : log;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new TrainingException(
                $"{place} is no training log that can be read: {e.Message.TrimEnd('.')}. Fetch the ensemble again, or delete the file; nothing else needs it.",
                e
            );
        }
    }

    /// <summary>The log as JSON, a line for each point.</summary>
    public string ToJson()
    {
        var points = string.Join(",\n", Points.Select(point => $"    {JsonSerializer.Serialize(point, TrainingLogPoint.Json)}"));
        return $$"""
            {
              "format": "{{FormatName}}",
              "format_version": {{KnownVersion}},
              "points": [
            {{points}}
              ],
              "total_steps": {{TotalSteps}}
            }

            """.ReplaceLineEndings("\n");
    }

    /// <summary>What makes no sense of the numbers, or null.</summary>
    internal string? Fault()
    {
        if (TotalSteps < 1 || Points is null)
        {
            return $"total_steps is {TotalSteps}, points {(Points is null ? "null" : "there")}; needed are 1 or more, and a list";
        }

        var (last, members) = (0, Points is [{ MemberLosses: { } losses }, ..] ? losses.Count : (int?)null);
        foreach (var (index, point) in Points.Index())
        {
            var fault =
                point is null ? "is null"
                : point.Step <= last || point.Step > TotalSteps
                    ? $"has step {point.Step}; needed is one above {last} and at most {TotalSteps}"
                : !double.IsFinite(point.Loss) ? "has a loss that is not finite"
                : !double.IsFinite(point.LearningRate) || point.LearningRate < 0 ? "has a learning_rate that is not finite or below 0"
                : point.MemberLosses?.Count != members ? "has another number of member_losses than the first"
                : point.MemberLosses?.Any(loss => loss is { } value && !double.IsFinite(value)) == true
                    ? "has member_losses that are not finite"
                : null;
            if (fault is not null)
            {
                return $"point {index} {fault}";
            }

            last = point!.Step;
        }

        return null;
    }
}
