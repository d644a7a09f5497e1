namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>What the quickstart shows: a base, two ensembles on it, and data that is familiar and unfamiliar to them, all pulled.</summary>
internal sealed record Showcase
{
    /// <summary>The base's folder; both ensembles were trained on it.</summary>
    public required string Base { get; init; }

    /// <summary>Trained on <see cref="FirstImages"/>.</summary>
    public required string FirstEnsemble { get; init; }

    public required string FirstImages { get; init; }

    /// <summary>Trained on <see cref="SecondImages"/>.</summary>
    public required string SecondEnsemble { get; init; }

    public required string SecondImages { get; init; }

    /// <summary>Unlike anything the first ensemble was trained on.</summary>
    public required string UnfamiliarImages { get; init; }

    /// <summary>How it all came here.</summary>
    public required PullFacts Pulled { get; init; }
}
