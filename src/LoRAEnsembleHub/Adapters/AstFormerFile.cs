using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The members of an audio spectrogram transformer in the layout of the official LoRA-Ensemble code (AST_Former).</summary>
/// <remarks>
/// prs-eth/LoRA-Ensemble: one update of the fused query, key and value and one of the output projection per block, stacked by members, and
/// heads behind one layer norm that all members share. Its epsilon is 1e-5 there; here it is that of the base's config, as in transformers.
/// </remarks>
public static class AstFormerFile
{
    private const string NormName = "mlp_head_ln";
    private const string LinearName = "mlp_head_linear";

    /// <summary>Reads the members as separate updates of query, key, value and output that compute the same.</summary>
    /// <param name="path">A file of torch.save, or safetensors with the same names.</param>
    /// <param name="model">The audio spectrogram transformer that they are for.</param>
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
        long hidden = model.Config.HiddenSize;
        var (members, classes) = (tensors.SizeOf($"{LinearName}.weight", 0), tensors.SizeOf($"{LinearName}.weight", 1));
        Tensor Repeated(string name) => tensors.Take(name, hidden).unsqueeze(0).repeat(members, 1); // [members, hidden]
        (string, Tensor)[] head =
        [
            ($"{AstLayout.HeadNorm}.weight", Repeated($"{NormName}.weight")),
            ($"{AstLayout.HeadNorm}.bias", Repeated($"{NormName}.bias")),
            ($"{AstLayout.HeadLinear}.weight", tensors.Take($"{LinearName}.weight", members, classes, hidden)),
            ($"{AstLayout.HeadLinear}.bias", tensors.Take($"{LinearName}.bias", members, classes)),
        ];
        var sites = new Dictionary<string, SiteFactors>(StringComparer.Ordinal);
        foreach (var block in model.Catalogue.Sites.GroupBy(site => site.Layer))
        {
            (Tensor Down, Tensor Up) Of(string part, long rows)
            {
                var (down, up) = ($"blocks_{block.Key}_{part}_w_a.weight", $"blocks_{block.Key}_{part}_w_b.weight");
                var rank = tensors.SizeOf(down, 1);
                return (tensors.Take(down, members, rank, hidden), tensors.Take(up, members, rows, rank));
            }

            var fused = Of("qkv", 3 * hidden);
            var separate = FusedQkv.Separate(fused.Down, fused.Up);
            foreach (var site in block.Where(site => site.Kind <= ProjectionKind.Value))
            {
                sites.Add(site.Name, separate[(int)site.Kind]);
            }

            var output = Of("proj", hidden);
            sites.Add(block.First(site => site.Kind == ProjectionKind.Output).Name, SiteFactors.Plain(output.Down, output.Up));
        }

        tensors.RefuseRest();
        return OfficialCheckpoint.Set(path, sites, head);
    }

    /// <summary>Writes members with the names of the official checkpoints.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="set">The members; they adapt query, key, value and output of every block and share the layer norm of their heads.</param>
    /// <param name="model">The audio spectrogram transformer that they are for.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    /// <exception cref="AdapterException">The layout cannot hold the members; the message says why.</exception>
    public static Task WriteAsync(string path, AdapterSet set, PretrainedModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(model);
        RefuseOther(model);
        set.Check(model.Catalogue);
        return OfficialCheckpoint.WriteAsync(path, Fused(set, model.Catalogue), cancellationToken);
    }

    private static Dictionary<string, Tensor> Fused(AdapterSet set, AdapterCatalogue catalogue)
    {
        RefuseUnlessWhole(set, catalogue);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var block in catalogue.Sites.GroupBy(site => site.Layer))
        {
            void Add(string part, params IReadOnlyList<ProjectionKind> kinds)
            {
                var sites = kinds.Select(kind => set.Sites[block.First(site => site.Kind == kind).Name]);
                var (down, up) = FusedQkv.Fuse([.. sites]);
                tensors.Add($"blocks_{block.Key}_{part}_w_a.weight", down.DetachFromDisposeScope());
                tensors.Add($"blocks_{block.Key}_{part}_w_b.weight", up.DetachFromDisposeScope());
            }

            Add("qkv", ProjectionKind.Query, ProjectionKind.Key, ProjectionKind.Value);
            Add("proj", ProjectionKind.Output);
        }

        foreach (var end in new[] { "weight", "bias" })
        {
            tensors.Add($"{NormName}.{end}", set.Head[$"{AstLayout.HeadNorm}.{end}"][0].clone().DetachFromDisposeScope());
            tensors.Add($"{LinearName}.{end}", set.Head[$"{AstLayout.HeadLinear}.{end}"].clone().DetachFromDisposeScope());
        }

        return tensors;
    }

    private static void RefuseOther(PretrainedModel model)
    {
        if (model.Config is not AstConfig)
        {
            throw new AdapterException(
                $"The base is of type {model.Config.ModelType}; checkpoints in this layout belong to the type {AstConfig.TypeName}."
            );
        }
    }

    private static void RefuseUnlessWhole(AdapterSet set, AdapterCatalogue catalogue)
    {
        static bool Attends(AdapterSite site) => site.Kind <= ProjectionKind.Output;
        foreach (var site in catalogue.Sites.Where(site => Attends(site) != set.Sites.ContainsKey(site.Name)))
        {
            throw new AdapterException(
                $"{set.Name} {(Attends(site) ? "does not adapt" : "adapts")} {site.Name}; this layout holds updates of query, key, value and output of every block, and no others."
            );
        }

        foreach (var end in new[] { "weight", "bias" })
        {
            var norms = set.Head.GetValueOrDefault($"{AstLayout.HeadNorm}.{end}");
            if (norms is null || !norms.eq(norms[0]).all().item<bool>())
            {
                throw norms is null
                    ? OfficialCheckpoint.LacksHeads(set)
                    : new AdapterException(
                        $"{set.Name}: {AstLayout.HeadNorm}.{end} differs between members; in this layout all members share it."
                    );
            }
        }
    }
}
