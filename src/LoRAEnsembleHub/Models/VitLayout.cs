using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Models;

/// <summary>Names and shapes of everything in a ViT or DeiT.</summary>
/// <remarks>transformers, modeling_vit.py and modeling_deit.py.</remarks>
internal sealed class VitLayout : ModelLayout
{
    /// <summary>The name of the one head of a plain classifier.</summary>
    public const string Classifier = "classifier";

    /// <summary>The two heads of a DeiT with teacher; its logits are their mean.</summary>
    public static readonly string[] TeacherHeads = ["cls_classifier", "distillation_classifier"];

    private readonly VitConfig config;

    public VitLayout(VitConfig config)
        : base(config)
    {
        this.config = config;
        Catalogue = Describe();
    }

    public override AdapterCatalogue Catalogue { get; }

    public override FamilyGraph Graph => new VitGraph(config);

    public override string BareClass => IsDeit ? "DeiTModel" : "ViTModel";

    /// <summary>Tokens before the patches: the class token, and DeiT's distillation token.</summary>
    public int PrefixTokens => IsDeit ? 2 : 1;

    private bool IsDeit => config.ModelType == "deit";

    /// <summary>The token that a head reads.</summary>
    public static int TokenOf(string head) => head == "distillation_classifier" ? 1 : 0;

    public override IReadOnlyList<string> HeadsOf(Func<string, bool> contains)
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

    public override IEnumerable<(string Name, long[] Shape)> Backbone(bool headless, Func<string, IReadOnlyList<long>?> stored) =>
        Trunk().Concat(headless && stored("pooler.dense.weight") is not null ? Pooler() : []);

    public override bool Ignorable(string name) => PatchEncoderLayout.Ignorable(name);

    public override ModelLayout With(ModelConfig config) => new VitLayout((VitConfig)config);

    public override PretrainedModel Build(ParameterSet parameters, IReadOnlyList<string> heads, BaseIdentity identity, LoadReport report) =>
        new Vit(this, config, parameters, heads, identity, report);

    private IEnumerable<(string Name, long[] Shape)> Trunk() =>
        PatchEncoderLayout.Weights(
            config,
            PrefixTokens,
            [config.NumChannels, config.PatchSize.Height, config.PatchSize.Width],
            (long)config.PatchGrid.Height * config.PatchGrid.Width,
            config.QkvBias
        );

    /// <summary>A headless model may come with or without its pooler.</summary>
    private IEnumerable<(string Name, long[] Shape)> Pooler()
    {
        long width = config.PoolerOutputSize ?? config.HiddenSize;
        yield return ("pooler.dense.weight", [width, config.HiddenSize]);
        yield return ("pooler.dense.bias", [width]);
    }

    private AdapterCatalogue Describe()
    {
        AdapterSite[] sites = [.. PatchEncoderLayout.Sites(config)];
        var plain = HeadLayout.Linear([Classifier], config.HiddenSize, IsDeit ? "DeiTForImageClassification" : "ViTForImageClassification");
        var teacher = HeadLayout.Linear(TeacherHeads, config.HiddenSize, "DeiTForImageClassificationWithTeacher");
        return new AdapterCatalogue(config.ModelType, config.ModelType + ".", sites, IsDeit ? [plain, teacher] : [plain])
        {
            FrozenModules = ModulesAround(
                Trunk().Concat(Pooler()).Select(entry => entry.Name).Concat(sites.Select(site => $"{site.NewName}.weight"))
            ),
            PythonModule = $"transformers.models.{config.ModelType}.modeling_{config.ModelType}",
        };
    }
}
