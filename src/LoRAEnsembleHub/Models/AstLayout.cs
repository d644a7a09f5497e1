using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Weights;

namespace LoRAEnsembleHub.Models;

/// <summary>Names and shapes of everything in an audio spectrogram transformer.</summary>
/// <remarks>transformers, modeling_audio_spectrogram_transformer.py.</remarks>
internal sealed class AstLayout : ModelLayout
{
    /// <summary>The layer norm in front of the classifier's linear layer.</summary>
    public const string HeadNorm = Classifier + ".layernorm";

    /// <summary>The classifier's linear layer.</summary>
    public const string HeadLinear = Classifier + ".dense";

    /// <summary>The class token and the distillation token.</summary>
    public const int PrefixTokens = 2;

    private const string Classifier = "classifier";
    private readonly AstConfig config;

    public AstLayout(AstConfig config)
        : base(config)
    {
        this.config = config;
        Catalogue = Describe();
    }

    public override AdapterCatalogue Catalogue { get; }

    public override FamilyGraph Graph => new AstGraph(config);

    public override string BareClass => "ASTModel";

    public override IReadOnlyList<string> HeadsOf(Func<string, bool> contains) =>
        config.Architectures is [var architecture, ..]
            ? architecture == "ASTForAudioClassification"
                ? [Classifier]
                : []
            : contains($"{HeadLinear}.weight")
                ? [Classifier]
                : [];

    public override IEnumerable<(string Name, long[] Shape)> Backbone(bool headless, Func<string, IReadOnlyList<long>?> stored) =>
        Trunk(StoredTimePatches(stored(PatchEncoderLayout.Positions)) ?? config.TimePatches);

    public override bool Ignorable(string name) => PatchEncoderLayout.Ignorable(name);

    public override ModelLayout With(ModelConfig config) => new AstLayout((AstConfig)config);

    /// <summary>Makes the model; a table of positions for clips of another length is cut or resized to that of the config.</summary>
    public override PretrainedModel Build(ParameterSet parameters, IReadOnlyList<string> heads, BaseIdentity identity, LoadReport report) =>
        new Ast(this, config, AstPositions.Fitted(parameters, config), heads, identity, report);

    private IEnumerable<(string Name, long[] Shape)> Trunk(long timePatches) =>
        PatchEncoderLayout.Weights(
            config,
            PrefixTokens,
            [1, config.PatchSize, config.PatchSize],
            config.FrequencyPatches * timePatches,
            config.QkvBias
        );

    /// <summary>Patches along the time axis of a stored table, or null when it is no table for the config's mel bands.</summary>
    private long? StoredTimePatches(IReadOnlyList<long>? table) =>
        table is [1, var tokens, _] && tokens > PrefixTokens && (tokens - PrefixTokens) % config.FrequencyPatches == 0
            ? (tokens - PrefixTokens) / config.FrequencyPatches
            : null;

    private AdapterCatalogue Describe()
    {
        long hidden = config.HiddenSize;
        AdapterSite[] sites = [.. PatchEncoderLayout.Sites(config)];
        var head = new HeadLayout(
            [Classifier],
            [
                new($"{HeadNorm}.weight", [hidden]),
                new($"{HeadNorm}.bias", [hidden]),
                new($"{HeadLinear}.weight", [-1, hidden]),
                new($"{HeadLinear}.bias", [-1]),
            ]
        )
        {
            PythonClass = "ASTForAudioClassification",
        };
        return new AdapterCatalogue(config.ModelType, "audio_spectrogram_transformer.", sites, [head])
        {
            FrozenModules = ModulesAround(
                Trunk(config.TimePatches).Select(entry => entry.Name).Concat(sites.Select(site => $"{site.NewName}.weight"))
            ),
            PythonModule = "transformers.models.audio_spectrogram_transformer.modeling_audio_spectrogram_transformer",
        };
    }
}
