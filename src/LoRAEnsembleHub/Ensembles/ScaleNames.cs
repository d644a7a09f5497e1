using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Names of the numbers of a BatchEnsemble's members, without the model's prefix.</summary>
internal static class ScaleNames
{
    /// <summary>s, which the input is multiplied by: [in].</summary>
    public static string Input(AdapterSite site) => $"{site.Name}.input_scale";

    /// <summary>r, which the product is multiplied by: [out].</summary>
    public static string Output(AdapterSite site) => $"{site.Name}.output_scale";

    /// <summary>The member's own bias: [out].</summary>
    public static string Bias(AdapterSite site) => $"{site.Name}.bias";

    /// <summary>Stacked numbers as a forward pass takes them.</summary>
    /// <param name="catalogue">The model.</param>
    /// <param name="sites">The scaled projections.</param>
    /// <param name="members">How many members.</param>
    /// <param name="values">[members, …] by name, heads included.</param>
    public static AttachedMembers View(
        AdapterCatalogue catalogue,
        IReadOnlyList<AdapterSite> sites,
        int members,
        IReadOnlyDictionary<string, Tensor> values
    )
    {
        var blocks = Enumerable
            .Range(0, catalogue.Sites.Max(site => site.Layer) + 1)
            .Select(layer => BlockUpdates.Of(sites.Where(site => site.Layer == layer).ToDictionary(site => site.Kind, Update)));
        var head = catalogue
            .Heads.SelectMany(layout => layout.Parameters)
            .Where(parameter => values.ContainsKey(parameter.Name))
            .ToDictionary(parameter => parameter.Name, parameter => values[parameter.Name], StringComparer.Ordinal);
        return new AttachedMembers(members, [.. blocks], head);

        MemberUpdate Update(AdapterSite site) =>
            new RankOneScale(values[Input(site)], values[Output(site)], values.GetValueOrDefault(Bias(site)));
    }
}
