using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Subjects;

/// <summary>A ViT-B/16 with LoRA as one writes it with TorchSharp alone, for one member at a time: what the library is compared with.</summary>
internal sealed class PlainVit(IReadOnlyDictionary<string, Tensor> weights)
{
    private const int Layers = 12;
    private const int Heads = 12;
    private const long Tokens = 197;
    private const long Hidden = 768;
    private const double Eps = 1e-12;
    private const double Block = (24.0 * Tokens * Hidden * Hidden) + (4.0 * Tokens * Tokens * Hidden);

    /// <summary>The projections that members adapt.</summary>
    private static readonly string[] adapted =
    [
        "attention.attention.query",
        "attention.attention.key",
        "attention.attention.value",
        "attention.output.dense",
    ];

    /// <summary>Paths of all adapted projections.</summary>
    public static IReadOnlyList<string> Sites { get; } =
    [.. Enumerable.Range(0, Layers).SelectMany(layer => adapted.Select(site => $"vit.encoder.layer.{layer}.{site}"))];

    /// <summary>Multiply-adds of the frozen part for one picture and member, times two.</summary>
    public static double Flops() => (Layers * Block) + (2.0 * (Tokens - 1) * Hidden * Hidden);

    /// <summary>The same where the last block computes only the class token, with the keys and values of all.</summary>
    public static double FlopsOfWhatIsRead() =>
        Flops() - Block + (4.0 * Tokens * Hidden * Hidden) + (20.0 * Hidden * Hidden) + (4.0 * Tokens * Hidden);

    /// <summary>The factors and the head of one member as they stand in its PEFT file.</summary>
    /// <param name="stored">Tensors of adapter_model.safetensors.</param>
    /// <returns>By name without PEFT's prefix.</returns>
    public static Dictionary<string, Tensor> Member(IReadOnlyDictionary<string, Tensor> stored)
    {
        const string prefix = "base_model.model.";
        string[] names =
        [
            "classifier.weight",
            "classifier.bias",
            .. Sites.SelectMany(site => new[] { $"{site}.lora_A.weight", $"{site}.lora_B.weight" }),
        ];
        return names.ToDictionary(name => name, name => stored[prefix + name]);
    }

    /// <summary>The logits of one member.</summary>
    /// <param name="pixels">[batch, 3, 224, 224].</param>
    /// <param name="member">From <see cref="Member"/>.</param>
    /// <returns>[batch, classes].</returns>
    public Tensor Forward(Tensor pixels, IReadOnlyDictionary<string, Tensor> member)
    {
        using var scope = NewDisposeScope();
        var batch = pixels.size(0);
        var patches = nn
            .functional.conv2d(
                pixels,
                weights["vit.embeddings.patch_embeddings.projection.weight"],
                weights["vit.embeddings.patch_embeddings.projection.bias"],
                strides: [16, 16]
            )
            .flatten(2)
            .transpose(1, 2); // [batch, patches, hidden]
        var x =
            cat([weights["vit.embeddings.cls_token"].expand(batch, -1, -1), patches], 1) + weights["vit.embeddings.position_embeddings"]; // [batch, tokens, hidden]
        for (var layer = 0; layer < Layers; layer++)
        {
            var path = $"vit.encoder.layer.{layer}";
            x = x + Attention(Norm(x, $"{path}.layernorm_before"), path, member);
            var widened = nn.functional.gelu(Linear(Norm(x, $"{path}.layernorm_after"), $"{path}.intermediate.dense"));
            x = x + Linear(widened, $"{path}.output.dense");
        }

        var token = Norm(x, "vit.layernorm").select(1, 0); // [batch, hidden]
        return nn.functional.linear(token, member["classifier.weight"], member["classifier.bias"]).MoveToOuterDisposeScope();
    }

    private Tensor Attention(Tensor x, string path, IReadOnlyDictionary<string, Tensor> member)
    {
        var (batch, tokens) = (x.size(0), x.size(1));
        Tensor Split(string site) => // [batch, heads, tokens, head]
            Adapted(x, $"{path}.{site}", member).view(batch, tokens, Heads, -1).transpose(1, 2);
        var mixed = nn.functional.scaled_dot_product_attention(Split(adapted[0]), Split(adapted[1]), Split(adapted[2]));
        return Adapted(mixed.transpose(1, 2).reshape(batch, tokens, -1), $"{path}.{adapted[3]}", member);
    }

    private Tensor Adapted(Tensor x, string path, IReadOnlyDictionary<string, Tensor> member)
    {
        var low = nn.functional.linear(x, member[$"{path}.lora_A.weight"]);
        return Linear(x, path) + nn.functional.linear(low, member[$"{path}.lora_B.weight"]);
    }

    private Tensor Linear(Tensor x, string path) => nn.functional.linear(x, weights[$"{path}.weight"], weights[$"{path}.bias"]);

    private Tensor Norm(Tensor x, string path) =>
        nn.functional.layer_norm(x, [x.size(-1)], weights[$"{path}.weight"], weights[$"{path}.bias"], Eps);
}
