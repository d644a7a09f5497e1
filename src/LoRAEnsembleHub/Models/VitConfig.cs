using System.Text.Json;
using System.Text.Json.Serialization;
using LoRAEnsembleHub.Models.Blocks;

namespace LoRAEnsembleHub.Models;

/// <summary>The config.json of a ViT or DeiT, field for field.</summary>
/// <remarks>Defaults are those of transformers' ViTConfig and DeiTConfig.</remarks>
public sealed record VitConfig : ModelConfig
{
    /// <summary>The types that this config describes.</summary>
    internal static readonly string[] ModelTypes = ["vit", "deit"];

    private static readonly string[] classes =
    [
        "ViTForImageClassification",
        "ViTModel",
        "ViTForMaskedImageModeling",
        "DeiTForImageClassification",
        "DeiTForImageClassificationWithTeacher",
        "DeiTModel",
        "DeiTForMaskedImageModeling",
    ];

    /// <summary>The defaults: ViT-B/16 at 224 × 224 pixels.</summary>
    public VitConfig()
        : base(Modality.Image, "vit") { }

    /// <summary>Height and width of the input.</summary>
    public ImageExtent ImageSize { get; init; } = new(224, 224);

    /// <summary>Height and width of a patch.</summary>
    public ImageExtent PatchSize { get; init; } = new(16, 16);

    /// <summary>Colour channels of the input.</summary>
    public int NumChannels { get; init; } = 3;

    /// <summary>Whether query, key and value have a bias.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Used by masked-image models only.</summary>
    public int EncoderStride { get; init; } = 16;

    /// <summary>Width of the pooler; null means the hidden size.</summary>
    public int? PoolerOutputSize { get; init; }

    /// <summary>Activation of the pooler.</summary>
    public string PoolerAct { get; init; } = "tanh";

    /// <summary>Patches along each axis at the configured image size.</summary>
    [JsonIgnore]
    public ImageExtent PatchGrid => new(ImageSize.Height / PatchSize.Height, ImageSize.Width / PatchSize.Width);

    /// <inheritdoc />
    [JsonIgnore]
    public override IReadOnlyDictionary<string, IReadOnlyList<int>> InputSizes =>
        new Dictionary<string, IReadOnlyList<int>>
        {
            ["image_size"] = [ImageSize.Height, ImageSize.Width],
            ["patch_size"] = [PatchSize.Height, PatchSize.Width],
        };

    /// <inheritdoc />
    [JsonIgnore]
    public override string InputSummary => $"images of {ImageSize} pixels in patches of {PatchSize} (height × width)";

    /// <summary>Reads config.json of transformers, or of timm.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="ModelException">It is no such config, or asks for something that is not supported; the field is named.</exception>
    public static VitConfig Parse(string json, string place)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Read(
                json,
                place,
                root => TimmConfig.IsTimm(root) ? TimmConfig.Read(root, place) : root.Deserialize<VitConfig>(ConfigJson.Options)
            )
            .Checked(place);
    }

    private VitConfig Checked(string place)
    {
        var check = new ModelConfigCheck(this, place);
        check.Shared(ModelTypes, classes);
        check.NeedOneOrMore("num_channels", NumChannels);
        check.Need(Activation.IsKnown(PoolerAct), "pooler_act", PoolerAct, $"known are {Activation.KnownNames}");
        check.Need(
            PatchSize is { Height: >= 1, Width: >= 1 } && PatchGrid is { Height: >= 1, Width: >= 1 },
            "patch_size",
            PatchSize,
            $"it must be at least 1 and fit the image_size of {ImageSize}"
        );
        foreach (var architecture in Architectures ?? [])
        {
            check.Need(
                architecture.StartsWith(ModelType, StringComparison.OrdinalIgnoreCase),
                "architectures",
                architecture,
                $"model_type is {ModelType}, and that class is of another type"
            );
        }

        return this;
    }
}
