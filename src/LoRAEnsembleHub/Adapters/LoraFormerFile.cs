using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The members of a ViT in the layout of the official LoRA-Ensemble code (LoRA_Former).</summary>
/// <remarks>
/// prs-eth/LoRA-Ensemble: updates of query, key, value and output of a block stand under <c>encoder_layer_{i}_{q|k|v|out}_proj_w_{a|b}.weight</c>,
/// stacked by members, and the heads under <c>head_weight</c> and <c>head_bias</c>. There is no factor alpha / r. Blocks that were not
/// adapted are absent.
/// </remarks>
public static class LoraFormerFile
{
    private const string HeadWeight = "head_weight";
    private const string HeadBias = "head_bias";

    /// <summary>What the loader of the official code passes over, too: parts of the head that the ensemble replaced.</summary>
    private const string ReplacedHead = "base_model";

    private const string PlainVit = "vit";

    private static readonly Dictionary<ProjectionKind, string> words = new()
    {
        [ProjectionKind.Query] = "q",
        [ProjectionKind.Key] = "k",
        [ProjectionKind.Value] = "v",
        [ProjectionKind.Output] = "out",
    };

    /// <summary>Reads the members.</summary>
    /// <param name="path">A file of torch.save, or safetensors with the same names.</param>
    /// <param name="model">The ViT that they are for.</param>
    /// <returns>The members, named member-00 and on; the caller disposes them.</returns>
    /// <exception cref="AdapterException">The model is another one, or a tensor is missing, unknown, misshapen or not finite.</exception>
    /// <exception cref="TorchFileException">The file of torch.save is malformed or refers to something that is not read.</exception>
    /// <exception cref="SafetensorsException">The safetensors file is malformed.</exception>
    public static AdapterSet Read(string path, PretrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(model);
        RefuseOther(model);
        using var tensors = OfficialTensors.Read(path);
        using var scope = NewDisposeScope();
        var (members, classes) = (tensors.SizeOf(HeadWeight, 0), tensors.SizeOf(HeadWeight, 1));
        var weight = tensors.Take(HeadWeight, members, classes, model.Config.HiddenSize);
        var bias = tensors.Take(HeadBias, members, classes);
        var sites = new Dictionary<string, SiteFactors>(StringComparer.Ordinal);
        foreach (var site in Attention(model).Where(site => tensors.Has(Down(site)) || tensors.Has(Up(site))))
        {
            sites.Add(site.Name, tensors.TakeFactors(Down(site), Up(site), members, site));
        }

        tensors.RefuseRest(name => name.Contains(ReplacedHead, StringComparison.Ordinal));
        if (sites.Count == 0)
        {
            throw new AdapterException(
                $"{path} has no {Down(Attention(model).First())} and no other update; it is no LoRA_Former checkpoint."
            );
        }

        return OfficialCheckpoint.Set(path, sites, [($"{VitLayout.Classifier}.weight", weight), ($"{VitLayout.Classifier}.bias", bias)]);
    }

    /// <summary>Writes members with the names of the official checkpoints, as safetensors.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="set">The members; they adapt nothing but attention, all with the same rank at a site, and bring heads.</param>
    /// <param name="model">The ViT that they are for.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    /// <exception cref="AdapterException">The layout cannot hold the members; the message says why.</exception>
    public static Task WriteAsync(string path, AdapterSet set, PretrainedModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(model);
        RefuseOther(model);
        set.Check(model.Catalogue);
        return OfficialCheckpoint.WriteAsync(path, Stacked(set, model), cancellationToken);
    }

    private static Dictionary<string, Tensor> Stacked(AdapterSet set, PretrainedModel model)
    {
        if (set.Head.Count == 0)
        {
            throw OfficialCheckpoint.LacksHeads(set);
        }

        var attention = Attention(model).ToDictionary(site => site.Name, StringComparer.Ordinal);
        if (set.SiteNames.FirstOrDefault(name => !attention.ContainsKey(name)) is { } other)
        {
            throw new AdapterException($"{set.Name} adapts {other}; this layout holds updates of query, key, value and output alone.");
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            [HeadWeight] = set.Head[$"{VitLayout.Classifier}.weight"].clone().DetachFromDisposeScope(),
            [HeadBias] = set.Head[$"{VitLayout.Classifier}.bias"].clone().DetachFromDisposeScope(),
        };
        foreach (var (name, factors) in set.Sites)
        {
            tensors.Add(Down(attention[name]), factors.Down.clone().DetachFromDisposeScope());
            tensors.Add(Up(attention[name]), factors.ScaledUp().DetachFromDisposeScope());
        }

        return tensors;
    }

    private static IEnumerable<AdapterSite> Attention(PretrainedModel model) =>
        model.Catalogue.Sites.Where(site => words.ContainsKey(site.Kind));

    private static string Down(AdapterSite site) => $"encoder_layer_{site.Layer}_{words[site.Kind]}_proj_w_a.weight";

    private static string Up(AdapterSite site) => $"encoder_layer_{site.Layer}_{words[site.Kind]}_proj_w_b.weight";

    private static void RefuseOther(PretrainedModel model)
    {
        if (model.Config is not VitConfig { ModelType: PlainVit })
        {
            throw new AdapterException($"The base is of type {model.Config.ModelType}; LoRA_Former checkpoints belong to a {PlainVit}.");
        }
    }
}
