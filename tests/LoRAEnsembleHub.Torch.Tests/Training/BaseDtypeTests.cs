using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Training on a base in bfloat16, of which the members are Float32 masters.</summary>
public sealed class BaseDtypeTests
{
    private static readonly TrainingOptions options = new()
    {
        Members = 2,
        Rank = 2,
        InitializationGain = 1,
        LearningRate = 1e-2,
        WarmupSteps = 2,
        Steps = 60,
        BatchSize = 10,
        BaseDtype = BaseDtype.Bf16,
    };

    [Theory]
    [InlineData("vit-v4")]
    [InlineData("ast-v4")]
    [InlineData("bert")]
    public void The_loss_falls_and_members_and_moments_stay_exact(string name)
    {
        using var model = Load(name, ScalarType.BFloat16);
        using var trainer = new Trainer(model, options, Examples(model));
        var losses = new List<double>();
        while (trainer.Step < trainer.TotalSteps)
        {
            losses.Add(trainer.Update().Loss);
        }

        Assert.True(
            losses[^5..].Average() < 0.7 * losses[..3].Average(),
            $"from {losses[..3].Average():f3} to {losses[^5..].Average():f3}"
        );
        Assert.All(trainer.System.Parameters.Values, parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Assert.All(trainer.Optimizer.Moments.Values, moments => Assert.Equal(ScalarType.Float32, moments.Second.dtype));
        // small updates would be lost in bfloat16, which has 8 bits: the masters must hold more
        Assert.All(
            trainer.System.Parameters,
            entry =>
                Assert.False(entry.Value.equal(entry.Value.to(ScalarType.BFloat16).to(ScalarType.Float32)).all().item<bool>(), entry.Key)
        );
    }

    [Theory]
    [InlineData("vit-v4")]
    [InlineData("ast-v4")]
    [InlineData("bert")]
    public void Gradients_point_where_those_of_an_exact_base_point(string name)
    {
        using var exact = Load(name, ScalarType.Float32);
        using var rounded = Load(name, ScalarType.BFloat16);
        using var scope = NewDisposeScope();
        using var first = new Trainer(exact, options with { BaseDtype = BaseDtype.F32 }, Examples(exact));
        using var second = new Trainer(rounded, options, Examples(rounded));
        var (expected, actual) = (Gradient(exact, first), Gradient(rounded, second));
        Assert.Equal(ScalarType.Float32, actual.dtype);
        var cosine = nn.functional.cosine_similarity(expected, actual, 0).item<float>();
        Assert.True(cosine > 0.98, $"the cosine of the angle between the gradients is {cosine:f4}");
    }

    [Fact]
    public void A_base_in_another_type_than_the_settings_name_is_refused()
    {
        using var model = Load("vit-v4", ScalarType.Float32);
        var refusal = Assert.Throws<TrainingException>(() => new Trainer(model, options, Examples(model)));
        Assert.Contains("base_dtype", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Float32", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_type_is_spelled_out_in_json_and_comes_back()
    {
        Assert.Contains("\"base_dtype\": \"bfloat16\"", options.ToJson(), StringComparison.Ordinal);
        Assert.Equal(BaseDtype.Bf16, TrainingOptions.Parse(options.ToJson(), "settings").BaseDtype);
        Assert.Equal(BaseDtype.F32, TrainingOptions.Parse("{}", "settings").BaseDtype);
    }

    private static PretrainedModel Load(string name, ScalarType dtype) =>
        PretrainedModels.Load(Golden.Folder("models", name), new ModelOptions { Dtype = dtype });

    private static LoRAEnsembleHub.Data.LabeledExamples Examples(PretrainedModel model) =>
        model.Config.Modality == Modality.Image ? new GlyphExamples() : new FamilyExamples(model.Config);

    /// <summary>The gradients of all parameters at the start, one behind the other.</summary>
    private static Tensor Gradient(PretrainedModel model, Trainer trainer)
    {
        var examples = Examples(model);
        int[] indices = [.. Enumerable.Range(0, 12)];
        var labels = tensor(indices.Select(index => (long)examples.Label(index)).ToArray());
        var logits = model.ForwardForTraining(examples.Batch(indices, null), ((TrainableMembers)trainer.System).View, null);
        var loss = EnsembleLoss.Of(logits.to(ScalarType.Float32), labels, null, MemberReduction.Mean);
        return cat([.. autograd.grad([loss], [.. trainer.System.Parameters.Values]).Select(gradient => gradient.flatten())]);
    }
}
