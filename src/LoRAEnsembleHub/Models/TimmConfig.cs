using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Models;

/// <summary>The config.json of a timm repository, as far as it describes a plain ViT or DeiT.</summary>
/// <remarks>
/// timm states an architecture name instead of sizes, and the number of heads cannot be read off the fused weights, so the sizes of
/// timm's named variants stand here (timm, vision_transformer.py and deit.py; defaults from the pretrained_cfg as in _builder.py).
/// </remarks>
internal static partial class TimmConfig
{
    /// <summary>The model_type that transformers gives timm models it wraps; their weights keep timm's names.</summary>
    public const string WrapperType = "timm_wrapper";

    private static readonly Dictionary<string, (int Hidden, int Layers, int Heads)> variants = new(StringComparer.Ordinal)
    {
        ["tiny"] = (192, 12, 3),
        ["small"] = (384, 12, 6),
        ["base"] = (768, 12, 12),
        ["large"] = (1024, 24, 16),
        ["huge"] = (1280, 32, 16),
    };

    /// <summary>Whether a config.json is timm's.</summary>
    public static bool IsTimm(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("architecture", out _)
        && (!root.TryGetProperty("model_type", out var type) || type.ValueEquals(WrapperType));

    /// <summary>Reads the description.</summary>
    /// <exception cref="ModelException">The architecture is not a plain ViT or DeiT, or an argument changes its mathematics.</exception>
    public static VitConfig Read(JsonElement root, string place)
    {
        var architecture = root.GetProperty("architecture").GetString() ?? "";
        var match = Name().Match(architecture);
        if (!match.Success)
        {
            throw new ModelException(
                $"{place}: the timm architecture is {architecture}; supported are "
                    + "vit_{tiny,small,base,large,huge}_patchP_S, deit_{tiny,small,base}_patchP_S and deit_…_distilled_patchP_S."
            );
        }

        var pretrained = Value(root, "pretrained_cfg") is { ValueKind: JsonValueKind.Object } nested ? nested : root;
        var (hidden, layers, heads) = variants[match.Groups["size"].Value];
        var (patch, size) = (Number(match, "patch"), Number(match, "image"));
        var input = InputSize(pretrained, place) ?? (3, new ImageExtent(size, size));
        var named = new VitConfig
        {
            ModelType = match.Groups["distilled"].Success ? "deit" : "vit",
            HiddenSize = hidden,
            NumHiddenLayers = layers,
            NumAttentionHeads = heads,
            IntermediateSize = 4 * hidden,
            ImageSize = input.Extent,
            PatchSize = new ImageExtent(patch, patch),
            NumChannels = input.Channels,
            LayerNormEps = 1e-6,
            NumLabels = (Value(root, "num_classes") ?? Value(pretrained, "num_classes"))?.GetInt32() ?? 1000,
        };
        var config = TimmArguments.Apply(named, Value(root, "model_args"), place);
        RefusePooling(root, pretrained, config, place);
        return WithHead(config, Labels(root, pretrained));
    }

    /// <summary>timm writes 0 classes for a model without a head.</summary>
    private static VitConfig WithHead(VitConfig config, string[]? labels)
    {
        var (classes, distilled) = (config.NumLabels, config.ModelType == "deit");
        return config with
        {
            Architectures =
                classes == 0 ? [distilled ? "DeiTModel" : "ViTModel"]
                : distilled ? ["DeiTForImageClassificationWithTeacher"]
                : ["ViTForImageClassification"],
            NumLabels = classes == 0 ? null : classes,
            Id2Label =
                labels is { Length: > 0 } && labels.Length == classes
                    ? labels.Index().ToDictionary(pair => $"{pair.Index}", pair => pair.Item)
                    : null,
        };
    }

    private static JsonElement? Value(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static (int Channels, ImageExtent Extent)? InputSize(JsonElement pretrained, string place) =>
        Value(pretrained, "input_size") switch
        {
            null => null,
            { } size => size.Deserialize<int[]>(ConfigJson.Options) is [var channels, var height, var width]
                ? (channels, new ImageExtent(height, width))
                : throw new ModelException($"{place}: input_size is {size.GetRawText()}; it must be [channels, height, width]."),
        };

    private static string[]? Labels(JsonElement root, JsonElement pretrained)
    {
        foreach (
            var (holder, name) in new[] { (root, "label_names"), (root, "labels"), (pretrained, "label_names"), (pretrained, "labels") }
        )
        {
            if (holder.TryGetProperty(name, out var labels) && labels.ValueKind == JsonValueKind.Array)
            {
                return [.. labels.EnumerateArray().Select(label => label.GetString() ?? "")];
            }
        }

        return null;
    }

    /// <summary>A head on anything but the class token is another model; without a head only "no pooling" amounts to the same.</summary>
    private static void RefusePooling(JsonElement root, JsonElement pretrained, VitConfig config, string place)
    {
        foreach (var holder in new[] { root, pretrained })
        {
            if (Value(holder, "global_pool") is { ValueKind: JsonValueKind.String } pool)
            {
                var kind = pool.GetString()!;
                if (kind != "token" && (kind.Length > 0 || config.NumLabels != 0))
                {
                    throw new ModelException($"{place}: global_pool is \"{kind}\"; only the class token (\"token\") is supported.");
                }
            }
        }
    }

    [GeneratedRegex(
        @"^(vit|deit)_(?<size>tiny|small|base|large|huge)(?<distilled>_distilled)?_patch(?<patch>\d{1,4})_(?<image>\d{1,5})(_in21k)?(\..+)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Name();
}
