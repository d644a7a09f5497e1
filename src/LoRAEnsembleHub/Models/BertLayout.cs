using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Models;

/// <summary>Names and shapes of everything in a BERT.</summary>
/// <remarks>transformers, modeling_bert.py; versions 4 and 5 have the same names.</remarks>
internal sealed class BertLayout : ModelLayout
{
    /// <summary>The linear layer that makes logits of the pooled first token.</summary>
    public const string Classifier = "classifier";

    private readonly BertConfig config;

    public BertLayout(BertConfig config)
        : base(config)
    {
        this.config = config;
        Catalogue = Describe();
    }

    public override AdapterCatalogue Catalogue { get; }

    public override FamilyGraph Graph => new BertGraph(config);

    public override string BareClass => "BertModel";

    public override IReadOnlyList<string> HeadsOf(Func<string, bool> contains) =>
        config.Architectures is [var architecture, ..]
            ? architecture == BertConfig.ClassifierClass
                ? [Classifier]
                : []
            : contains($"{Classifier}.weight")
                ? [Classifier]
                : [];

    /// <summary>Everything besides the classifier; also the pooler, which a fresh classifier needs as much as a trained one.</summary>
    public override IEnumerable<(string Name, long[] Shape)> Backbone(bool headless, Func<string, IReadOnlyList<long>?> stored) =>
        Weights();

    /// <summary>Heads of pre-training, and a buffer that old versions stored.</summary>
    public override bool Ignorable(string name) =>
        name.StartsWith("cls.", StringComparison.Ordinal) || name is "embeddings.position_ids" or "embeddings.token_type_ids";

    public override ModelLayout With(ModelConfig config) => new BertLayout((BertConfig)config);

    public override PretrainedModel Build(ParameterSet parameters, IReadOnlyList<string> heads, BaseIdentity identity, LoadReport report) =>
        new Bert(this, config, parameters, heads, identity, report);

    private IEnumerable<(string Name, long[] Shape)> Weights()
    {
        long hidden = config.HiddenSize;
        yield return ("embeddings.word_embeddings.weight", [config.VocabSize, hidden]);
        yield return ("embeddings.position_embeddings.weight", [config.MaxPositionEmbeddings, hidden]);
        yield return ("embeddings.token_type_embeddings.weight", [config.TypeVocabSize, hidden]);
        foreach (var site in Sites())
        {
            yield return ($"{site.Name}.weight", [site.Out, site.In]);
            yield return ($"{site.Name}.bias", [site.Out]);
        }

        var norms = Enumerable
            .Range(0, config.NumHiddenLayers)
            .SelectMany(layer => new[] { $"encoder.layer.{layer}.attention.output.LayerNorm", $"encoder.layer.{layer}.output.LayerNorm" })
            .Prepend("embeddings.LayerNorm");
        foreach (var norm in norms)
        {
            yield return ($"{norm}.weight", [hidden]);
            yield return ($"{norm}.bias", [hidden]);
        }

        yield return ("pooler.dense.weight", [hidden, hidden]);
        yield return ("pooler.dense.bias", [hidden]);
    }

    private IEnumerable<AdapterSite> Sites()
    {
        long hidden = config.HiddenSize,
            inner = config.IntermediateSize;
        return Enumerable
            .Range(0, config.NumHiddenLayers)
            .SelectMany(layer =>
            {
                AdapterSite Site(ProjectionKind kind, string name, long width, long height) =>
                    new(layer, kind, $"encoder.layer.{layer}.{name}", $"encoder.layer.{layer}.{name}", width, height);
                return new[]
                {
                    Site(ProjectionKind.Query, "attention.self.query", hidden, hidden),
                    Site(ProjectionKind.Key, "attention.self.key", hidden, hidden),
                    Site(ProjectionKind.Value, "attention.self.value", hidden, hidden),
                    Site(ProjectionKind.Output, "attention.output.dense", hidden, hidden),
                    Site(ProjectionKind.FeedForwardIn, "intermediate.dense", hidden, inner),
                    Site(ProjectionKind.FeedForwardOut, "output.dense", inner, hidden),
                };
            });
    }

    private AdapterCatalogue Describe() =>
        new(config.ModelType, "bert.", [.. Sites()], [HeadLayout.Linear([Classifier], config.HiddenSize, BertConfig.ClassifierClass)])
        {
            TaskType = "SEQ_CLS",
            FrozenModules = ModulesAround(Weights().Select(entry => entry.Name)),
            PythonModule = "transformers.models.bert.modeling_bert",
        };
}
