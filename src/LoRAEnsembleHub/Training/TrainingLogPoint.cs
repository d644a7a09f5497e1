using System.Text.Json;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Training;

/// <summary>A stretch of updates in a training log.</summary>
public sealed record TrainingLogPoint
{
    /// <summary>How logs are read and written: names, and all fields that have a value.</summary>
    internal static JsonSerializerOptions Json { get; } = new(ConfigJson.Options);

    /// <summary>The last update of the stretch, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Mean over the stretch of the loss that the updates lowered, in nats; each is that of its batch before its update.</summary>
    public required double Loss { get; init; }

    /// <summary>Rate of the last update.</summary>
    public required double LearningRate { get; init; }

    /// <summary>
    /// The same mean for every member by itself, in the order of the members; null for one that sat out the whole stretch. Null as a whole
    /// where one network was trained.
    /// </summary>
    public IReadOnlyList<double?>? MemberLosses { get; init; }
}
