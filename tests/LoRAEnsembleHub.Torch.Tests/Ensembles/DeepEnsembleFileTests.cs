using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Ensembles;

public sealed class DeepEnsembleFileTests : IDisposable
{
    private static readonly string folder = Golden.Folder("models", "official-deep-ensemble");
    private readonly ScratchFolder scratch = new();

    private static VitConfig Config => VitConfig.Parse(File.ReadAllText(Path.Combine(folder, "config.json")), "config.json");

    private string Target => Path.Combine(scratch.Path, "written.safetensors");

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("deep_ensemble.pt")]
    [InlineData("deep_ensemble_tensors.pt")]
    [InlineData("named.safetensors")]
    public void Networks_of_the_official_code_give_its_logits(string file)
    {
        Assert.Equal(OfficialLayout.DeepEnsemble, OfficialCheckpoint.LayoutOf(Path.Combine(folder, file)));
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        using var system = DeepEnsembleFile.Read(Path.Combine(folder, file), Config);
        using var outputs = system.Model.Forward(expected);
        Golden.AssertClose(expected["logits"], outputs.Logits, Golden.Case(folder)["tolerance"]!, file);
    }

    [Fact]
    public async Task In_and_out_and_in_again_keeps_every_bit()
    {
        using (var system = DeepEnsembleFile.Read(Path.Combine(folder, "deep_ensemble.pt"), Config))
        {
            await DeepEnsembleFile.WriteAsync(Target, (ModelEnsemble)system.Model, TestContext.Current.CancellationToken);
        }

        AssertSame(Path.Combine(folder, "named.safetensors"), Target);
        var repository = Path.Combine(scratch.Path, "ensemble");
        using (var again = DeepEnsembleFile.Read(Target, Config, ["a", "b", "c", "d", "e"]))
        {
            var facts = new EnsembleManifest { BaseModel = new ManifestBase() };
            await EnsembleWriter.WriteSystemAsync(repository, again, null, facts, null, TestContext.Current.CancellationToken);
        }

        using var loaded = LoadedEnsemble.Load(repository, null);
        Assert.Equal(["a", "b", "c", "d", "e"], loaded.Labels);
        var second = Path.Combine(scratch.Path, "second.safetensors");
        await DeepEnsembleFile.WriteAsync(second, (ModelEnsemble)loaded.System.Model, TestContext.Current.CancellationToken);
        AssertSame(Target, second);
    }

    [Theory]
    [InlineData("member.1.encoder.ln.bias", "missing", "layernorm.bias")]
    [InlineData("member.0.heads.head.bias", "missing", "heads.head.bias")]
    [InlineData("member.1.extra.weight", "unknown", "extra.weight")]
    [InlineData("member.3.class_token", "unknown", "0, 1, 3")]
    [InlineData("member.x.class_token", "unknown", "member.x.class_token")]
    [InlineData("member.0.conv_proj.weight", "unknown", "embeddings.patch_embeddings.projection.weight")]
    [InlineData("member.0.conv_proj.bias", "integer", "conv_proj.bias")]
    public async Task Networks_that_do_not_fit_are_refused_by_name(string name, string fault, string word)
    {
        var tensors = Golden.Tensors(Path.Combine(folder, "named.safetensors")).ToDictionary();
        tensors[name] = fault == "integer" ? tensors[name].to(ScalarType.Int64) : zeros(1);
        if (fault == "missing")
        {
            tensors.Remove(name);
        }

        await TensorFile.WriteAsync(Target, tensors, cancellationToken: TestContext.Current.CancellationToken);
        var refusal = Assert.ThrowsAny<Exception>(() => DeepEnsembleFile.Read(Target, Config).Dispose());
        Assert.True(refusal is ModelException or WeightsException, refusal.ToString());
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_weights_do_not_tell_are_asked_for()
    {
        var refusal = Assert.Throws<ModelException>(() => DeepEnsembleFile.Read(Path.Combine(folder, "deep_ensemble.pt")));
        Assert.Contains("num_attention_heads", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<ModelException>(() =>
            DeepEnsembleFile.Read(Path.Combine(folder, "deep_ensemble.pt"), Config, ["one", "two"])
        );
        Assert.Contains("2 labels", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(768, 32, 50, 12, 224)]
    [InlineData(768, 16, 197, 12, 224)]
    [InlineData(1024, 16, 577, 16, 384)]
    [InlineData(1280, 14, 1370, 16, 518)]
    public void Sizes_of_the_named_variants_are_read_off_their_weights(int hidden, int patch, int positions, int heads, int image)
    {
        var shapes = new Dictionary<string, IReadOnlyList<long>>
        {
            ["conv_proj.weight"] = [hidden, 3, patch, patch],
            ["encoder.pos_embedding"] = [1, positions, hidden],
            ["encoder.layers.encoder_layer_0.ln_1.weight"] = [hidden],
            ["encoder.layers.encoder_layer_1.ln_1.weight"] = [hidden],
            ["encoder.layers.encoder_layer_0.mlp.0.weight"] = [4 * hidden, hidden],
        };
        var config = TorchvisionConfig.Infer(shapes.GetValueOrDefault, "made");
        Assert.Equal(
            (hidden, 2, heads, 4 * hidden),
            (config.HiddenSize, config.NumHiddenLayers, config.NumAttentionHeads, config.IntermediateSize)
        );
        Assert.Equal((new ImageExtent(image, image), new ImageExtent(patch, patch)), (config.ImageSize, config.PatchSize));
        Assert.Equal(1e-6, config.LayerNormEps);
        shapes["encoder.pos_embedding"] = [1, positions + 1, hidden];
        Assert.Throws<ModelException>(() => TorchvisionConfig.Infer(shapes.GetValueOrDefault, "made"));
    }

    [Fact]
    public async Task Other_models_have_no_place_in_the_layout()
    {
        using var networks = new ModelEnsemble([PretrainedModels.Load(Golden.Folder("models", "deit-v4"))]);
        var refusal = await Assert.ThrowsAsync<ModelException>(() =>
            DeepEnsembleFile.WriteAsync(Target, networks, TestContext.Current.CancellationToken)
        );
        Assert.Contains("deit", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public void A_checkpoint_of_members_is_told_from_one_of_networks()
    {
        Assert.Equal(OfficialLayout.Members, OfficialCheckpoint.LayoutOf(Golden.PathOf("models", "official-lora-vit", "lora_former.pt")));
        Assert.Equal(OfficialLayout.Members, OfficialCheckpoint.LayoutOf(Golden.PathOf("models", "official-lora-ast", "ast_former.pt")));
        Assert.Throws<TorchFileException>(() => OfficialCheckpoint.LayoutOf(Golden.PathOf("models", "hostile-pt", "command_alone.pt")));
    }

    private static void AssertSame(string before, string after)
    {
        var (one, other) = (Golden.Tensors(before), Golden.Tensors(after));
        Assert.Equal(one.Keys.Order(StringComparer.Ordinal), other.Keys.Order(StringComparer.Ordinal));
        Assert.All(one, entry => Assert.True(entry.Value.bytes.SequenceEqual(other[entry.Key].bytes), entry.Key));
    }
}
