using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Models;

public sealed class AstTests
{
    private static readonly AstConfig config = new() { MaxLength = 64, NumMelBins = 32 };

    [Theory]
    [InlineData("""{"model_type":"vit"}""", "model_type")]
    [InlineData("""{"model_type":"audio-spectrogram-transformer","max_length":15}""", "max_length")]
    [InlineData("""{"model_type":"audio-spectrogram-transformer","num_mel_bins":8}""", "num_mel_bins")]
    [InlineData("""{"model_type":"audio-spectrogram-transformer","time_stride":0}""", "time_stride")]
    [InlineData("""{"model_type":"audio-spectrogram-transformer","frequency_stride":0}""", "frequency_stride")]
    [InlineData("""{"model_type":"audio-spectrogram-transformer","patch_size":0}""", "patch_size")]
    [InlineData("""{"model_type":"audio-spectrogram-transformer","architectures":["ASTForSomethingElse"]}""", "ASTForSomethingElse")]
    public void What_cannot_be_computed_is_refused_by_name(string json, string named) =>
        Assert.Contains(named, Assert.Throws<ModelException>(() => AstConfig.Parse(json, "config.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Fields_left_out_take_the_defaults_of_transformers()
    {
        var defaults = AstConfig.Parse("""{"model_type":"audio-spectrogram-transformer"}""", "config.json");
        Assert.Equal((12, 101), (defaults.FrequencyPatches, defaults.TimePatches));
        Assert.Equal((1024, 128, 768), (defaults.MaxLength, defaults.NumMelBins, defaults.HiddenSize));
    }

    [Fact]
    public void The_config_of_transformers_comes_back_as_it_was()
    {
        var path = Golden.PathOf("models", "ast-v4", "config.json");
        var expected = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var actual = System.Text.Json.Nodes.JsonNode.Parse(AstConfig.Parse(File.ReadAllText(path), path).ToJson())!.AsObject();
        foreach (var (name, value) in expected)
        {
            Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(value, actual[name]), $"{name} was {value} and is {actual[name]}");
        }
    }

    [Fact]
    public void Shorter_clips_take_the_middle_of_the_table()
    {
        // 2 rows × 5 columns; the middle three are columns 2 − 1 = 1 to 3
        using var stored = Table(2, 5);
        using var fitted = AstPositions.Of(stored, config, 3);
        Assert.Equal([-2, -1, 1, 2, 3, 6, 7, 8], fitted.flatten().data<float>().ToArray());
    }

    [Fact]
    public void Longer_clips_stretch_the_table_along_time_alone()
    {
        // centres of 10 new columns lie at 0.5 j − 0.25 old ones
        using var stored = Table(2, 5);
        using var fitted = AstPositions.Of(stored, config, 10);
        float[] row = [0, 0.25f, 0.75f, 1.25f, 1.75f, 2.25f, 2.75f, 3.25f, 3.75f, 4];
        Assert.Equal([-2, -1, .. row, .. row.Select(value => value + 5)], fitted.flatten().data<float>().ToArray());
    }

    [Fact]
    public void A_table_that_fits_is_taken_as_it_is()
    {
        using var stored = Table(2, 5);
        using var fitted = AstPositions.Of(stored, config, 5);
        Assert.True(stored.bytes.SequenceEqual(fitted.bytes));
    }

    [Theory]
    [InlineData(44)]
    [InlineData(94)]
    public async Task A_config_for_clips_of_another_length_gives_what_interpolation_gives(int frames)
    {
        using var changed = new ChangedModel("ast-v4");
        changed.Config["max_length"] = frames;
        var folder = await changed.WriteAsync();
        using var whole = PretrainedModels.Load(Golden.Folder("models", "ast-v4"));
        using var other = PretrainedModels.Load(folder);
        Assert.Empty(ModelSurvey.Read(folder).Problems);
        using var values = randn(2, frames, 32);
        var input = new Dictionary<string, Tensor> { ["input_values"] = values };
        var refusal = Assert.Throws<ModelException>(() => whole.Forward(input));
        Assert.Contains("max_length", refusal.Message, StringComparison.Ordinal);
        using var expected = whole.Forward(input, new ForwardOptions { InterpolatePositions = true });
        using var actual = other.Forward(input);
        Assert.True(expected.Logits.bytes.SequenceEqual(actual.Logits.bytes));

        // what is written has the table of its config, so it loads where tables are never resized
        await other.SaveAsync(folder, TestContext.Current.CancellationToken);
        var table = TensorFile.Read(Path.Combine(folder, "model.safetensors"))[
            "audio_spectrogram_transformer.embeddings.position_embeddings"
        ];
        Assert.Equal(
            AstConfig
                .Parse(await File.ReadAllTextAsync(Path.Combine(folder, "config.json"), TestContext.Current.CancellationToken), folder)
                .TimePatches * 2,
            table.size(1) - 2
        );
    }

    [Theory]
    [InlineData(new long[] { 2, 64 }, "mels")]
    [InlineData(new long[] { 2, 64, 31 }, "32 mels")]
    [InlineData(new long[] { 0, 64, 32 }, "batch")]
    [InlineData(new long[] { 2, 63, 32 }, "63 frames")]
    public void Inputs_of_another_shape_are_refused(long[] shape, string named)
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", "ast-v4"));
        using var values = zeros(shape);
        var refusal = Assert.Throws<ModelException>(() => model.Forward(new Dictionary<string, Tensor> { ["input_values"] = values }));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_member_norms_with_its_own_scale_and_shift()
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = (randn(3, 2, 8), randn(3, 8), randn(3, 8));
        var all = new MemberNorm(weight, bias, 1e-12).Forward(x);
        for (var member = 0; member < 3; member++)
        {
            var alone = nn.functional.layer_norm(x[member], [8], weight[member], bias[member], 1e-12);
            Assert.True(alone.allclose(all[member], atol: 1e-5));
        }
    }

    /// <summary>−2, −1, then 0 … in the order of the patches: [1, tokens, 1].</summary>
    private static Tensor Table(int rows, int columns) => arange(-2, rows * columns, ScalarType.Float32).view(1, -1, 1);
}
