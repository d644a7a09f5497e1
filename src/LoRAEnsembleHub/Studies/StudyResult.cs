using System.Text.Json;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Studies;

/// <summary>What one run of a study gave.</summary>
public sealed record StudyResult
{
    /// <summary>The system's name.</summary>
    public required string System { get; init; }

    /// <summary>Predictions for every input.</summary>
    public required int Members { get; init; }

    /// <summary>Rank of the updates, or null where there are none.</summary>
    public required int? Rank { get; init; }

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>A hash of everything that decides the figures.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Updates that were made.</summary>
    public required int Steps { get; init; }

    /// <summary>Numbers that were learned.</summary>
    public required long TrainedParameters { get; init; }

    /// <summary>Bytes that the ensemble takes on disk, without its base and without the log of its training.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>Seconds per update, the median of this program's own; null where another process had made them all.</summary>
    public required double? SecondsPerUpdate { get; init; }

    /// <summary>Milliseconds per example and prediction of all members.</summary>
    public required double MillisecondsPerExample { get; init; }

    /// <summary>The most memory of the process while it trained, in bytes; null where the system does not tell.</summary>
    public required long? PeakBytes { get; init; }

    /// <summary>Scores of the mean probability at temperature 1.</summary>
    public required EvaluationScores Scores { get; init; }

    /// <summary>Scores of the mean logit at temperature 1.</summary>
    public required EvaluationScores MeanLogit { get; init; }

    /// <summary>Scores of the members, on average.</summary>
    public required EvaluationScores MeanOfMembers { get; init; }

    /// <summary>Scores of the mean probability at the temperature that was fitted on examples held out of the training; null where none was.</summary>
    public required EvaluationScores? Calibrated { get; init; }

    /// <summary>That temperature, the mean of the members' where each has its own.</summary>
    public required double? Temperature { get; init; }

    /// <summary>Mean mutual information between prediction and member, in nats.</summary>
    public required double MutualInformation { get; init; }

    /// <summary>Mean share of examples that two members call differently.</summary>
    public required double Disagreement { get; init; }

    /// <summary>How unfamiliar inputs are told apart from the test examples, by data set.</summary>
    public required IReadOnlyDictionary<string, OutOfDistribution> Outside { get; init; }

    /// <summary>Scores of the mean probability on worse and worse test examples, by corruption and severity, such as <c>noise:3</c>.</summary>
    public required IReadOnlyDictionary<string, EvaluationScores> Shift { get; init; }

    /// <summary>Reads a result.</summary>
    /// <exception cref="TrainingException">The file is none.</exception>
    internal static StudyResult Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<StudyResult>(File.ReadAllText(path), TrainingOptions.Json)
                ?? throw new JsonException("null is not an object");
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{path} is no result of a study: {e.Message} Delete it to run this part again.", e);
        }
    }

    internal string ToJson() => ConfigJson.Write(JsonSerializer.SerializeToNode(this, TrainingOptions.Json)!);
}
