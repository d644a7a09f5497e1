using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Weights;

public sealed class WeightMapTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorae-weights-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Missing_and_unused_names_are_all_listed()
    {
        await Rewrite(tensors =>
        {
            tensors.Remove("vit.encoder.layer.1.attention.output.dense.bias");
            tensors.Remove("vit.layernorm.weight");
            tensors.Add("vit.encoder.layer.0.lambda_1", ones(48));
        });
        var refusal = Assert.Throws<WeightsException>(() => PretrainedModels.Load(folder));
        Assert.Equal(["encoder.layer.1.attention.output.dense.bias", "layernorm.weight"], refusal.Missing.Order(StringComparer.Ordinal));
        Assert.Equal(["vit.encoder.layer.0.lambda_1"], refusal.Unused);
        Assert.Contains("vit.encoder.layer.0.lambda_1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pooler_in_a_classifier_is_left_alone_and_reported()
    {
        await Rewrite(tensors =>
        {
            tensors.Add("vit.pooler.dense.weight", ones(48, 48));
            tensors.Add("vit.pooler.dense.bias", ones(48));
        });
        using var model = PretrainedModels.Load(folder);
        Assert.Equal(["vit.pooler.dense.bias", "vit.pooler.dense.weight"], model.Report.Ignored);
    }

    [Fact]
    public async Task A_weight_of_another_shape_is_named_with_both_shapes()
    {
        await Rewrite(tensors => tensors["vit.layernorm.weight"] = ones(47));
        var refusal = Assert.Throws<WeightsException>(() => PretrainedModels.Load(folder));
        Assert.Contains("[47]", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[48]", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whole_numbers_are_no_weights()
    {
        await Rewrite(tensors => tensors["vit.layernorm.weight"] = ones(48, dtype: ScalarType.Int64));
        Assert.Contains("I64", Assert.Throws<WeightsException>(() => PretrainedModels.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_weight_under_two_spellings_is_refused()
    {
        await Rewrite(tensors => tensors.Add("vit.layers.0.attention.q_proj.bias", ones(48)));
        var refusal = Assert.Throws<WeightsException>(() => PretrainedModels.Load(folder));
        Assert.Contains("vit.layers.0.attention.q_proj.bias", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("vit.encoder.layer.0.attention.attention.query.bias", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.model.")]
    public async Task Wrappers_around_all_names_are_looked_through(string wrapper)
    {
        await Rewrite(tensors =>
        {
            foreach (var (name, tensor) in tensors.ToArray())
            {
                tensors.Remove(name);
                tensors.Add(wrapper + name, tensor);
            }
        });
        using var model = PretrainedModels.Load(folder);
        Assert.Equal("vit", model.Identity.ModelType);
    }

    [Fact]
    public void Float32_weights_are_mapped_and_bfloat16_ones_copied()
    {
        using var plain = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));
        using var narrow = PretrainedModels.Load(Golden.Folder("models", "vit-bf16"));
        Assert.Equal(plain.Report.Taken, plain.Report.Mapped);
        Assert.Equal(0, plain.Report.CopiedBytes);
        Assert.Equal(0, narrow.Report.Mapped);
        Assert.True(narrow.Report.CopiedBytes > 0);
    }

    [Fact]
    public void The_report_names_the_layout()
    {
        Assert.Equal(["transformers 4"], Layouts("vit-v4"));
        Assert.Equal(["transformers 5"], Layouts("vit-v5"));
        Assert.Equal(["timm"], Layouts("timm-vit"));
        Assert.Equal(["torchvision"], Layouts("torchvision-vit-old"));
    }

    [Fact]
    public void A_folder_without_weights_says_what_is_needed()
    {
        File.Copy(Golden.PathOf("models", "vit-v4", "config.json"), Path.Combine(folder, "config.json"));
        File.WriteAllBytes(Path.Combine(folder, "pytorch_model.bin"), [1, 2, 3]);
        Assert.Contains(
            "model.safetensors",
            Assert.Throws<FileNotFoundException>(() => PretrainedModels.Load(folder)).Message,
            StringComparison.Ordinal
        );
    }

    private static IReadOnlyList<string> Layouts(string name)
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", name));
        return model.Report.Layouts;
    }

    private async Task Rewrite(Action<Dictionary<string, Tensor>> change)
    {
        var source = Golden.Folder("models", "vit-v4");
        File.Copy(Path.Combine(source, "config.json"), Path.Combine(folder, "config.json"));
        var tensors = Golden.Tensors(Path.Combine(source, "model.safetensors")).ToDictionary();
        change(tensors);
        await TensorFile.WriteAsync(
            Path.Combine(folder, "model.safetensors"),
            tensors,
            cancellationToken: TestContext.Current.CancellationToken
        );
    }
}
