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

    /// <summary>Ensembles for other kinds of input, each on its own base.</summary>
    public required IReadOnlyList<OtherKind> Others { get; init; }

    /// <summary>What would have been shown and is not there, one sentence each.</summary>
    public required IReadOnlyList<string> Absent { get; init; }

    /// <summary>How it all came here.</summary>
    public required PullFacts Pulled { get; init; }
}

/// <summary>A base, an ensemble on it, and data for another kind of input than pictures.</summary>
/// <param name="Base">The base's folder.</param>
/// <param name="Ensemble">The ensemble's folder.</param>
/// <param name="Data">The data set that it was trained on.</param>
/// <param name="Unfamiliar">A data set unlike it; null where there is none.</param>
internal sealed record OtherKind(string Base, string Ensemble, string Data, string? Unfamiliar);
