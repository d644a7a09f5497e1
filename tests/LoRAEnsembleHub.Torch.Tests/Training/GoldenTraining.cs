using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Three updates of an ensemble against a plain PyTorch loop over members; recipe make_training.py.</summary>
public sealed class GoldenTraining(ITestOutputHelper output)
{
    private static readonly Dictionary<string, string> Sites = new()
    {
        ["query"] = "attention.attention.query",
        ["key"] = "attention.attention.key",
        ["value"] = "attention.attention.value",
        ["output"] = "attention.output.dense",
    };

    [Theory]
    [InlineData("training-vit")]
    [InlineData("training-vit-zero-b")]
    public void Losses_gradients_and_parameters_follow_the_reference(string name)
    {
        var folder = Golden.Folder("models", name);
        var facts = Golden.Case(folder);
        var start = Golden.Tensors(Path.Combine(folder, "start.safetensors")).ToDictionary(entry => Ours(entry.Key), entry => entry.Value);
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        using var model = PretrainedModels.Load(folder);
        var options = new TrainingOptions
        {
            Members = (int)facts["members"]!,
            Rank = (int)facts["rank"]!,
            LearningRate = (double)facts["optimizer"]!["learning_rate"]!,
            ClipNorm = (double)facts["clip_global_norm"]!,
            Schedule = ScheduleKind.Constant,
            WarmupSteps = 0,
            Steps = 4,
        };
        using var trainer = new Trainer(model, options, new FixedExamples(expected["labels"], (int)start["classifier.bias"].size(1)));
        trainer.System.Load(start);
        CheckGradients(model, trainer, expected, facts["tolerance"]!);
        for (var step = 0; step < 3; step++)
        {
            using var scope = NewDisposeScope();
            using var logits = model.ForwardForTraining(Input(expected), ((TrainableMembers)trainer.System).View, null);
            Golden.AssertClose(expected[$"step.{step}.logits"], logits, facts["tolerance"]!, $"logits before update {step}");
            var progress = trainer.Update(Input(expected), expected["labels"], 0);
            Assert.Equal(expected[$"step.{step}.loss"].item<float>(), progress.Loss, 1e-4);
            Assert.Equal(expected[$"step.{step}.grad_norm"].item<float>(), progress.GradientNorm, 1e-4 * progress.GradientNorm);
            if (step is 0 or 2)
            {
                CheckParameters(trainer, expected, $"after.{step + 1}.");
            }
        }
    }

    private void CheckGradients(
        PretrainedModel model,
        Trainer trainer,
        IReadOnlyDictionary<string, Tensor> expected,
        System.Text.Json.Nodes.JsonNode tolerance
    )
    {
        using var scope = NewDisposeScope();
        var logits = model.ForwardForTraining(Input(expected), ((TrainableMembers)trainer.System).View, null);
        var weighted = EnsembleLoss.Of(logits, expected["labels"], expected["class_weights"], MemberReduction.Mean);
        Assert.Equal(expected["step.0.weighted_loss"].item<float>(), weighted.item<float>(), 1e-5f);
        var loss = EnsembleLoss.Of(logits, expected["labels"], null, MemberReduction.Mean);
        var gradients = autograd.grad([loss], [.. trainer.System.Parameters.Values]);
        foreach (var (name, gradient) in trainer.System.Parameters.Keys.Zip(gradients))
        {
            var wanted = expected.Single(entry =>
                entry.Key.StartsWith("step.0.grad.", StringComparison.Ordinal) && Ours(entry.Key["step.0.grad.".Length..]) == name
            );
            output.WriteLine($"{name}: {Golden.AssertClose(wanted.Value, gradient, tolerance, wanted.Key):g3}");
        }
    }

    /// <summary>Where a gradient is tiny, Adam's first update is close to its sign, so a parameter may differ by a whole step there.</summary>
    private static void CheckParameters(Trainer trainer, IReadOnlyDictionary<string, Tensor> expected, string prefix)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, wanted) in expected.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var gradient = expected[$"step.0.grad.{name[prefix.Length..]}"];
            var clear = gradient.abs().gt(1e-5);
            var difference = (wanted - trainer.System.Parameters[Ours(name[prefix.Length..])].detach()).abs();
            var allowed = 1e-4 + (1e-3 * wanted.abs());
            Assert.True(difference.le(allowed).logical_or(clear.logical_not()).all().item<bool>(), name);
            Assert.True(clear.sum().item<long>() > 0 || gradient.abs().max().item<float>() == 0, $"{name}: nothing was compared");
        }
    }

    private static Dictionary<string, Tensor> Input(IReadOnlyDictionary<string, Tensor> expected) =>
        new() { ["pixel_values"] = expected["pixel_values"] };

    private static string Ours(string name)
    {
        if (name.StartsWith("head.", StringComparison.Ordinal))
        {
            return "classifier." + name["head.".Length..];
        }

        var parts = name.Split('.');
        return $"encoder.layer.{parts[1]}.{Sites[parts[2]]}.{parts[3]}";
    }

    private sealed class FixedExamples(Tensor labels, int classes) : LabeledExamples
    {
        public override string Name => "golden";

        public override int Count => (int)labels.size(0);

        public override IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, classes).Select(index => $"{index}")];

        public override int Label(int index) => (int)labels[index].item<long>();

        public override string Source(int index) => $"golden#{index}";

        public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch) => throw new NotSupportedException();
    }
}
