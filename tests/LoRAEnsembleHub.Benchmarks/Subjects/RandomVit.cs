using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Subjects;

/// <summary>A ViT-B/16 with random weights on disk, named as transformers 4 does: the size and cost of the real one without a download.</summary>
internal static class RandomVit
{
    private const int Hidden = 768;
    private const int Inner = 3072;
    private const int Layers = 12;
    private const int Classes = 1000;
    private const int Tokens = 197; // 14 × 14 patches and the class token

    private const string Config = """
        {
          "architectures": ["ViTForImageClassification"],
          "attention_probs_dropout_prob": 0.0,
          "hidden_act": "gelu",
          "hidden_dropout_prob": 0.0,
          "hidden_size": 768,
          "image_size": 224,
          "intermediate_size": 3072,
          "layer_norm_eps": 1e-12,
          "model_type": "vit",
          "num_attention_heads": 12,
          "num_channels": 3,
          "num_hidden_layers": 12,
          "num_labels": 1000,
          "patch_size": 16,
          "qkv_bias": true
        }
        """;

    /// <summary>Height and width of an input picture.</summary>
    public const int Pixels = 224;

    /// <summary>Writes config.json and model.safetensors into a folder, unless they are there.</summary>
    public static async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var weights = Path.Combine(folder, "model.safetensors");
        if (File.Exists(weights))
        {
            return;
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), Config, cancellationToken).ConfigureAwait(false);
        var tensors = Draw();
        try
        {
            await TensorFile.WriteAsync(weights, tensors, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
    }

    private static Dictionary<string, Tensor> Draw()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var tensors = new Dictionary<string, Tensor>();
        void Add(string name, params long[] shape) =>
            tensors.Add(name, randn(shape, generator: generator).mul_(0.02).DetachFromDisposeScope());
        void Norm(string name)
        {
            tensors.Add($"{name}.weight", ones(Hidden).DetachFromDisposeScope());
            tensors.Add($"{name}.bias", zeros(Hidden).DetachFromDisposeScope());
        }

        void Linear(string name, int outputs, int inputs)
        {
            Add($"{name}.weight", outputs, inputs);
            Add($"{name}.bias", outputs);
        }

        Add("vit.embeddings.cls_token", 1, 1, Hidden);
        Add("vit.embeddings.position_embeddings", 1, Tokens, Hidden);
        Add("vit.embeddings.patch_embeddings.projection.weight", Hidden, 3, 16, 16);
        Add("vit.embeddings.patch_embeddings.projection.bias", Hidden);
        for (var layer = 0; layer < Layers; layer++)
        {
            var path = $"vit.encoder.layer.{layer}";
            Norm($"{path}.layernorm_before");
            Linear($"{path}.attention.attention.query", Hidden, Hidden);
            Linear($"{path}.attention.attention.key", Hidden, Hidden);
            Linear($"{path}.attention.attention.value", Hidden, Hidden);
            Linear($"{path}.attention.output.dense", Hidden, Hidden);
            Norm($"{path}.layernorm_after");
            Linear($"{path}.intermediate.dense", Inner, Hidden);
            Linear($"{path}.output.dense", Hidden, Inner);
        }

        Norm("vit.layernorm");
        Linear("classifier", Classes, Hidden);
        return tensors;
    }
}
