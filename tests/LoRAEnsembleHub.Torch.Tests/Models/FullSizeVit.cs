using System.Text;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Models;

/// <summary>ViT-B/16 at full size, its numbers from the formula in generate.py beside the case: no weights are stored.</summary>
public sealed class FullSizeVit(ITestOutputHelper output)
{
    [Fact]
    public async Task Vit_base_patch16_gives_the_reference_s_numbers()
    {
        var folder = Golden.Folder("models", "vit-base-patch16-deterministic");
        var facts = Golden.Case(folder);
        var key = (ulong)(long)facts["key"]!;
        var scratch = Directory.CreateTempSubdirectory("lorae-vit-b-").FullName;
        try
        {
            File.Copy(Path.Combine(folder, "config.json"), Path.Combine(scratch, "config.json"));
            await WriteWeights(scratch, facts["tensors"]!.AsObject(), key);
            using var model = PretrainedModels.Load(scratch);
            Assert.Equal(86_567_656, model.ParameterCount);
            var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
            using var scope = NewDisposeScope();
            var pixels = tensor(Uniform("pixel_values", 2 * 3 * 224 * 224, key), [2, 3, 224, 224]);
            using var outputs = model.Forward(
                new Dictionary<string, Tensor> { ["pixel_values"] = pixels },
                new ForwardOptions { HiddenStates = true }
            );
            var largest = Golden.AssertClose(expected["logits"], outputs.Logits, facts["tolerance"]!, "logits");
            for (var block = 0; block <= 12; block++)
            {
                var states = outputs.Named[$"hidden_states.{block}"];
                Golden.AssertClose(expected[$"class_token.{block}"], states.select(1, 0), facts["tolerance"]!, $"class token {block}");
                var some = states.index_select(1, tensor(new long[] { 1, 50, 99, 148 })).narrow(2, 0, 16);
                Golden.AssertClose(expected[$"some_tokens.{block}"], some, facts["tolerance"]!, $"tokens {block}");
            }

            output.WriteLine($"logits: largest difference {largest:g3}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task WriteWeights(string folder, JsonObject tensors, ulong key)
    {
        using var scope = NewDisposeScope();
        var weights = new Dictionary<string, Tensor>();
        foreach (var (name, facts) in tensors)
        {
            long[] shape = [.. facts!["shape"]!.AsArray().Select(size => (long)size!)];
            var offset =
                name.Contains("layernorm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal) ? 1f : 0f;
            var values = Uniform(name, shape.Aggregate(1L, (product, size) => product * size), key);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = offset + (values[i] * 0.04f);
            }

            Assert.Equal((float)facts["last"]!, values[^1]);
            weights.Add(name, tensor(values, shape));
        }

        await TensorFile.WriteAsync(
            Path.Combine(folder, "model.safetensors"),
            weights,
            cancellationToken: TestContext.Current.CancellationToken
        );
    }

    /// <summary>SplitMix64 of key, name and position, as numbers in [−1, 1).</summary>
    private static float[] Uniform(string name, long count, ulong key)
    {
        var values = new float[count];
        var start = unchecked(key + ((ulong)Crc32(Encoding.UTF8.GetBytes(name)) << 32));
        for (var i = 0L; i < count; i++)
        {
            unchecked
            {
                var z = start + (ulong)i + 0x9E3779B97F4A7C15UL;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
                z ^= z >> 31;
                values[i] = ((long)(z >> 40) - (1L << 23)) / 8388608f;
            }
        }

        return values;
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
            }
        }

        return ~crc;
    }
}
