using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Models;

/// <summary>The config.json of a BERT, field for field.</summary>
/// <remarks>Defaults are those of transformers' BertConfig.</remarks>
public sealed record BertConfig : ModelConfig
{
    /// <summary>The type that this config describes.</summary>
    internal const string TypeName = "bert";

    /// <summary>The class whose weights have a classifier; all others are read without their heads.</summary>
    internal const string ClassifierClass = "BertForSequenceClassification";

    private static readonly string[] classes =
    [
        ClassifierClass,
        "BertModel",
        "BertForPreTraining",
        "BertForMaskedLM",
        "BertForNextSentencePrediction",
    ];

    /// <summary>The defaults: BERT-base, uncased.</summary>
    public BertConfig()
        : base(Modality.Text, TypeName) => (HiddenDropoutProb, AttentionProbsDropoutProb) = (0.1, 0.1);

    /// <summary>Tokens that have an embedding.</summary>
    public int VocabSize { get; init; } = 30522;

    /// <summary>Tokens of the longest text.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Kinds of tokens: of the first and of the second text of a pair.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>The token that fills up short texts; null where there is none.</summary>
    public int? PadTokenId { get; init; } = 0;

    /// <summary>How positions enter; only <c>absolute</c> is supported.</summary>
    public string PositionEmbeddingType { get; init; } = "absolute";

    /// <summary>Dropout in front of the classifier, in training only; null takes <see cref="ModelConfig.HiddenDropoutProb"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Whether tokens see only those before them; not supported.</summary>
    public bool IsDecoder { get; init; }

    /// <summary>Whether another model's states are attended to; not supported.</summary>
    public bool AddCrossAttention { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override IReadOnlyDictionary<string, IReadOnlyList<int>> InputSizes =>
        new Dictionary<string, IReadOnlyList<int>>
        {
            ["max_position_embeddings"] = [MaxPositionEmbeddings],
            ["vocab_size"] = [VocabSize],
            ["type_vocab_size"] = [TypeVocabSize],
        };

    /// <inheritdoc />
    [JsonIgnore]
    public override string InputSummary => $"texts of up to {MaxPositionEmbeddings} tokens out of {VocabSize}";

    /// <summary>Reads config.json of transformers.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="ModelException">It is no such config, or asks for something that is not supported; the field is named.</exception>
    public static BertConfig Parse(string json, string place)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Read(json, place, root => root.Deserialize<BertConfig>(ConfigJson.Options)).Checked(place);
    }

    private BertConfig Checked(string place)
    {
        var check = new ModelConfigCheck(this, place);
        check.Shared([TypeName], classes);
        check.NeedOneOrMore("vocab_size", VocabSize);
        check.NeedOneOrMore("max_position_embeddings", MaxPositionEmbeddings);
        check.NeedOneOrMore("type_vocab_size", TypeVocabSize);
        check.NeedDropout("classifier_dropout", ClassifierDropout);
        check.Need(PositionEmbeddingType == "absolute", "position_embedding_type", PositionEmbeddingType, "only absolute is supported");
        check.Need(!IsDecoder, "is_decoder", "true", "only encoders are supported");
        check.Need(!AddCrossAttention, "add_cross_attention", "true", "only encoders are supported");
        return this;
    }
}
