using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Predictions of examples that did not all need the same number of members.</summary>
public sealed class AdaptivePredictions
{
    private readonly (int Group, int Place)[] places;

    internal AdaptivePredictions(IReadOnlyList<Predictions> groups, (int Group, int Place)[] places) =>
        (Groups, this.places) = (groups, places);

    /// <summary>The examples that needed equally many members, together, with their temperatures applied; fewest members first.</summary>
    public IReadOnlyList<Predictions> Groups { get; }

    /// <summary>[examples]; how many members each one needed, from the first on.</summary>
    public IReadOnlyList<int> MembersUsed => [.. places.Select(place => Groups[place.Group].Members)];

    /// <summary>Where an example is.</summary>
    /// <param name="example">0 … examples − 1.</param>
    /// <returns>The predictions of its group, and its index there.</returns>
    public (Predictions Group, int Index) Of(int example)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(example);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(example, places.Length);
        var (group, place) = places[example];
        return (Groups[group], place);
    }
}
