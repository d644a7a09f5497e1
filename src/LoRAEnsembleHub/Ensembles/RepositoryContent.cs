using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>What of a system becomes files: one folder per member, and what belongs to all of them.</summary>
internal sealed record RepositoryContent
{
    /// <summary>As manifests have it.</summary>
    public required string Method { get; init; }

    /// <summary>The files of every member by bare name, all of them; hashed in the manifest.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The seed of every member, or null; as many as there are member folders.</summary>
    public required IReadOnlyList<long?> Seeds { get; init; }

    /// <summary>Classes of the heads, or null when members use the base's own.</summary>
    public required int? Classes { get; init; }

    /// <summary>What the card says of the members.</summary>
    public required EnsembleCardFacts Facts { get; init; }

    /// <summary>Writes the files of one member into a folder that is there: number, folder, entries for headers.</summary>
    public required Func<int, string, IReadOnlyDictionary<string, string>, CancellationToken, Task> WriteMemberAsync { get; init; }

    /// <summary>The weights that members share, where they are not those of the base.</summary>
    public PretrainedModel? Shared { get; init; }

    /// <summary>How keys are dropped, of Monte Carlo dropout.</summary>
    public ManifestDropout? Dropout { get; init; }
}
