using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Models;

/// <summary>Names and shapes of everything in a ViT or DeiT, from the config alone.</summary>
/// <remarks>transformers, modeling_vit.py and modeling_deit.py, in the spelling of version 4 without prefix.</remarks>
internal static class VitLayout
{
    /// <summary>The name of the one head of a plain classifier.</summary>
    public const string Classifier = "classifier";

    /// <summary>The two heads of a DeiT with teacher; its logits are their mean.</summary>
    public static readonly string[] TeacherHeads = ["cls_classifier", "distillation_classifier"];

    /// <summary>Tokens before the patches: the class token, and DeiT's distillation token.</summary>
    public static int PrefixTokens(VitConfig config) => config.ModelType == "deit" ? 2 : 1;

    /// <summary>The token that a head reads.</summary>
    public static int TokenOf(string head) => head == "distillation_classifier" ? 1 : 0;

    /// <summary>The prefix in whole-model checkpoints.</summary>
    public static string Prefix(VitConfig config) => config.ModelType + ".";

    /// <summary>What adapters are checked against.</summary>
    public static AdapterCatalogue Catalogue(VitConfig config)
    {
        long hidden = config.HiddenSize;
        var deit = config.ModelType == "deit";
        var plain = Head([Classifier], hidden, deit ? "DeiTForImageClassification" : "ViTForImageClassification");
        var teacher = Head(TeacherHeads, hidden, "DeiTForImageClassificationWithTeacher");
        return new AdapterCatalogue(config.ModelType, Prefix(config), [.. Sites(config)], deit ? [plain, teacher] : [plain])
        {
            FrozenModules = FrozenModules(config),
            PythonModule = $"transformers.models.{config.ModelType}.modeling_{config.ModelType}",
        };
    }

    /// <summary>Names and shapes of the backbone, without heads and pooler.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Backbone(VitConfig config)
    {
        long hidden = config.HiddenSize;
        var tokens = ((long)config.PatchGrid.Height * config.PatchGrid.Width) + PrefixTokens(config);
        yield return ("embeddings.cls_token", [1, 1, hidden]);
        if (config.ModelType == "deit")
        {
            yield return ("embeddings.distillation_token", [1, 1, hidden]);
        }

        yield return ("embeddings.position_embeddings", [1, tokens, hidden]);
        yield return (
            "embeddings.patch_embeddings.projection.weight",
            [hidden, config.NumChannels, config.PatchSize.Height, config.PatchSize.Width]
        );
        yield return ("embeddings.patch_embeddings.projection.bias", [hidden]);
        foreach (var site in Sites(config))
        {
            yield return ($"{site.Name}.weight", [site.Out, site.In]);
            if (config.QkvBias || site.Kind is not (ProjectionKind.Query or ProjectionKind.Key or ProjectionKind.Value))
            {
                yield return ($"{site.Name}.bias", [site.Out]);
            }
        }

        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            foreach (var norm in new[] { "layernorm_before", "layernorm_after" })
            {
                yield return ($"encoder.layer.{layer}.{norm}.weight", [hidden]);
                yield return ($"encoder.layer.{layer}.{norm}.bias", [hidden]);
            }
        }

        yield return ("layernorm.weight", [hidden]);
        yield return ("layernorm.bias", [hidden]);
    }

    /// <summary>Names and shapes of everything that a checkpoint is to hold.</summary>
    /// <param name="config">The config.</param>
    /// <param name="heads">The head modules, from <see cref="HeadsOf"/>.</param>
    /// <param name="contains">Whether the checkpoint holds a name; a headless model may come with or without its pooler.</param>
    public static IEnumerable<(string Name, long[] Shape)> Whole(
        VitConfig config,
        IReadOnlyCollection<string> heads,
        Func<string, bool> contains
    ) => Backbone(config).Concat(Heads(config, heads)).Concat(heads.Count == 0 && contains("pooler.dense.weight") ? Pooler(config) : []);

    /// <summary>The head modules of a checkpoint: by the class in its config, else by the names it holds.</summary>
    public static string[] HeadsOf(VitConfig config, Func<string, bool> contains)
    {
        var architecture = config.Architectures is [var first, ..] ? first : null;
        return architecture switch
        {
            "DeiTForImageClassificationWithTeacher" => TeacherHeads,
            not null when architecture.EndsWith("ForImageClassification", StringComparison.Ordinal) => [Classifier],
            not null => [],
            null when contains("distillation_classifier.weight") => TeacherHeads,
            null => contains("classifier.weight") ? [Classifier] : [],
        };
    }

    /// <summary>Names and shapes of head modules.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Heads(VitConfig config, IEnumerable<string> modules) =>
        modules.SelectMany(module =>
            new (string, long[])[] { ($"{module}.weight", [config.Classes, config.HiddenSize]), ($"{module}.bias", [config.Classes]) }
        );

    /// <summary>Names and shapes of the pooler of a headless model.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Pooler(VitConfig config)
    {
        long width = config.PoolerOutputSize ?? config.HiddenSize;
        yield return ("pooler.dense.weight", [width, config.HiddenSize]);
        yield return ("pooler.dense.bias", [width]);
    }

    /// <summary>Whether a checkpoint may hold a weight that this model has no use for.</summary>
    public static bool Ignorable(string name) =>
        name.StartsWith("pooler.", StringComparison.Ordinal)
        || name.StartsWith("decoder.", StringComparison.Ordinal)
        || name is "embeddings.mask_token" or "embeddings.position_ids";

    private static IEnumerable<AdapterSite> Sites(VitConfig config)
    {
        long hidden = config.HiddenSize,
            inner = config.IntermediateSize;
        return Enumerable
            .Range(0, config.NumHiddenLayers)
            .SelectMany(layer =>
            {
                AdapterSite Site(ProjectionKind kind, string name, string newName, long width, long height) =>
                    new(layer, kind, $"encoder.layer.{layer}.{name}", $"layers.{layer}.{newName}", width, height);
                return new[]
                {
                    Site(ProjectionKind.Query, "attention.attention.query", "attention.q_proj", hidden, hidden),
                    Site(ProjectionKind.Key, "attention.attention.key", "attention.k_proj", hidden, hidden),
                    Site(ProjectionKind.Value, "attention.attention.value", "attention.v_proj", hidden, hidden),
                    Site(ProjectionKind.Output, "attention.output.dense", "attention.o_proj", hidden, hidden),
                    Site(ProjectionKind.FeedForwardIn, "intermediate.dense", "mlp.fc1", hidden, inner),
                    Site(ProjectionKind.FeedForwardOut, "output.dense", "mlp.fc2", inner, hidden),
                };
            });
    }

    /// <summary>The modules that hold the backbone's weights and those around them; the old and the new name of a block side by side.</summary>
    private static HashSet<string> FrozenModules(VitConfig config)
    {
        var modules = new HashSet<string>(StringComparer.Ordinal);
        var old = Backbone(config).Concat(Pooler(config)).Select(entry => entry.Name);
        var renamed = Sites(config).Select(site => $"{site.NewName}.weight");
        foreach (var name in old.Concat(renamed))
        {
            for (var end = name.LastIndexOf('.'); end > 0; end = name.LastIndexOf('.', end - 1))
            {
                modules.Add(name[..end]);
            }
        }

        return modules;
    }

    private static HeadLayout Head(string[] modules, long hidden, string pythonClass) =>
        new(
            modules,
            [.. modules.SelectMany(module => new HeadParameter[] { new($"{module}.weight", [-1, hidden]), new($"{module}.bias", [-1]) })]
        )
        {
            PythonClass = pythonClass,
        };
}
