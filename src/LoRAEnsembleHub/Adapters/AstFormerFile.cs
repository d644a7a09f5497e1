using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The members of an audio spectrogram transformer in the layout of the official LoRA-Ensemble code (AST_Former), as safetensors.</summary>
/// <remarks>
/// prs-eth/LoRA-Ensemble: one update of the fused query, key and value and one of the output projection per block, stacked by members, and
/// heads behind one layer norm that all members share. Its epsilon is 1e-5 there; here it is that of the base's config, as in transformers.
/// </remarks>
public static class AstFormerFile
{
    private const string NormName = "mlp_head_ln";
    private const string LinearName = "mlp_head_linear";

    /// <summary>Reads the members as separate updates of query, key, value and output that compute the same.</summary>
    /// <param name="path">A safetensors file with the names of the official checkpoints.</param>
    /// <param name="model">The audio spectrogram transformer that they are for.</param>
    /// <returns>The members, named member-00 and on; the caller disposes them.</returns>
    /// <exception cref="AdapterException">The model is another one, or a tensor is missing, unknown, misshapen or not finite.</exception>
    /// <exception cref="SafetensorsException">The file is malformed.</exception>
    public static AdapterSet Read(string path, PretrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(model);
        RefuseOther(model);
        var tensors = TensorFile.Read(path);
        try
        {
            using var scope = NewDisposeScope();
            Check(tensors, model, path);
            var members = (int)tensors[$"{LinearName}.weight"].size(0);
            var sites = new Dictionary<string, SiteFactors>(StringComparer.Ordinal);
            foreach (var block in model.Catalogue.Sites.GroupBy(site => site.Layer))
            {
                Tensor Of(string part) => tensors[$"blocks_{block.Key}_{part}.weight"].to(ScalarType.Float32);
                var separate = FusedQkv.Separate(Of("qkv_w_a"), Of("qkv_w_b"));
                foreach (var site in block.Where(site => site.Kind <= ProjectionKind.Value))
                {
                    sites.Add(site.Name, separate[(int)site.Kind]);
                }

                sites.Add(block.First(site => site.Kind == ProjectionKind.Output).Name, Whole(Of("proj_w_a"), Of("proj_w_b")));
            }

            Tensor Head(string name) => tensors[name].to(ScalarType.Float32);
            Tensor Repeated(string name) => Head(name).unsqueeze(0).repeat(members, 1); // [members, hidden]
            var head = new Dictionary<string, Tensor>(StringComparer.Ordinal)
            {
                [$"{AstLayout.HeadNorm}.weight"] = Repeated($"{NormName}.weight").DetachFromDisposeScope(),
                [$"{AstLayout.HeadNorm}.bias"] = Repeated($"{NormName}.bias").DetachFromDisposeScope(),
                [$"{AstLayout.HeadLinear}.weight"] = Head($"{LinearName}.weight").clone().DetachFromDisposeScope(),
                [$"{AstLayout.HeadLinear}.bias"] = Head($"{LinearName}.bias").clone().DetachFromDisposeScope(),
            };
            var names = Enumerable.Range(0, members).Select(index => new AdapterMember { Name = $"member-{index:00}" });
            return new AdapterSet(Path.GetFileName(path), [.. names], sites, head);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
    }

    /// <summary>Writes members with the names of the official checkpoints.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="set">The members; they adapt query, key, value and output of every block and share the layer norm of their heads.</param>
    /// <param name="model">The audio spectrogram transformer that they are for.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    /// <exception cref="AdapterException">The layout cannot hold the members; the message says why.</exception>
    public static async Task WriteAsync(string path, AdapterSet set, PretrainedModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(model);
        RefuseOther(model);
        set.Check(model.Catalogue);
        var tensors = Fused(set, model.Catalogue);
        try
        {
            await TensorFile.WriteAsync(path, tensors, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
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
                $"The base is a {model.Config.ModelType}; checkpoints in this layout belong to a {AstConfig.TypeName}."
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
                throw new AdapterException(
                    norms is null
                        ? $"{set.Name} brings no heads; this layout holds one per member."
                        : $"{set.Name}: {AstLayout.HeadNorm}.{end} differs between members; in this layout all members share it."
                );
            }
        }
    }

    /// <summary>Proves names, shapes and numbers of the whole file.</summary>
    private static void Check(IReadOnlyDictionary<string, Tensor> tensors, PretrainedModel model, string place)
    {
        using var scope = NewDisposeScope();
        long hidden = model.Config.HiddenSize;
        Tensor Of(string name) =>
            tensors.GetValueOrDefault(name)
            ?? throw new AdapterException($"{place} has no {name}; a base of {model.Config.NumHiddenLayers} blocks needs it.");
        var linear = Of($"{LinearName}.weight");
        var (members, classes) = linear.dim() == 3 ? (linear.size(0), linear.size(1)) : (0, 0);
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal)
        {
            [$"{LinearName}.weight"] = [members, classes, hidden],
            [$"{LinearName}.bias"] = [members, classes],
            [$"{NormName}.weight"] = [hidden],
            [$"{NormName}.bias"] = [hidden],
        };
        for (var layer = 0; layer < model.Config.NumHiddenLayers; layer++)
        {
            foreach (var (part, rows) in new[] { ("qkv", 3 * hidden), ("proj", hidden) })
            {
                var down = Of($"blocks_{layer}_{part}_w_a.weight");
                var rank = down.dim() == 3 ? down.size(1) : 0;
                shapes.Add($"blocks_{layer}_{part}_w_a.weight", [members, rank, hidden]);
                shapes.Add($"blocks_{layer}_{part}_w_b.weight", [members, rows, rank]);
            }
        }

        if (tensors.Keys.FirstOrDefault(name => !shapes.ContainsKey(name)) is { } unknown)
        {
            throw new AdapterException(
                $"{place} holds {unknown}, which belongs to no update and no head of this base; nothing here computes with it."
            );
        }

        foreach (var (name, shape) in shapes)
        {
            var tensor = Of(name);
            if (!tensor.shape.SequenceEqual(shape) || shape.Contains(0) || !tensor.is_floating_point())
            {
                throw new AdapterException(
                    $"{place}: {name} is {tensor.dtype} [{string.Join(", ", tensor.shape)}]; needed are floating-point numbers [{string.Join(", ", shape)}], none of them 0."
                );
            }

            if (!tensor.isfinite().all().item<bool>())
            {
                throw new AdapterException($"{place}: {name} holds NaN or infinite numbers; the file is damaged or its training diverged.");
            }
        }
    }

    private static SiteFactors Whole(Tensor down, Tensor up) =>
        new(
            down.clone().DetachFromDisposeScope(),
            up.clone().DetachFromDisposeScope(),
            [.. Enumerable.Repeat((int)down.size(1), (int)down.size(0))],
            [.. Enumerable.Repeat(1.0, (int)down.size(0))]
        );
}
