using LoRAEnsembleHub.Adapters;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Proves that the heads of all members are such as a model computes with.</summary>
internal static class HeadCheck
{
    /// <param name="place">Where the heads come from, for messages.</param>
    /// <param name="heads">[members, …] by name; none is fine.</param>
    /// <param name="members">How many there must be.</param>
    /// <param name="catalogue">The model.</param>
    /// <exception cref="AdapterException">They are others.</exception>
    public static void Verify(string place, IReadOnlyDictionary<string, Tensor> heads, int members, AdapterCatalogue catalogue)
    {
        if (heads.Count > 0 && !catalogue.Heads.Any(layout => Fits(layout, heads, members)))
        {
            var found = heads
                .OrderBy(head => head.Key, StringComparer.Ordinal)
                .Select(head => $"{head.Key} [{string.Join(", ", head.Value.shape)}]");
            var needed = catalogue
                .Heads[0]
                .Parameters.Select(parameter =>
                    $"{parameter.Name} [{string.Join(", ", parameter.Shape.Select(size => size < 0 ? "classes" : $"{size}").Prepend($"{members}"))}]"
                );
            throw new AdapterException(
                $"{place} has the heads {string.Join(", ", found)}; this {catalogue.ModelType} model needs {string.Join(", ", needed)}."
            );
        }
    }

    private static bool Fits(HeadLayout layout, IReadOnlyDictionary<string, Tensor> heads, int members)
    {
        if (layout.Parameters.Count != heads.Count || !layout.Parameters.All(parameter => heads.ContainsKey(parameter.Name)))
        {
            return false;
        }

        var classes = layout.ClassesOf(name => [.. heads[name].shape.Skip(1), 0]);
        return classes > 0
            && layout.Parameters.All(parameter =>
                heads[parameter.Name].shape.SequenceEqual([members, .. parameter.Shape.Select(size => size < 0 ? classes : size)])
            );
    }
}
