using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Training of members for sounds and texts; that for pictures is in <see cref="TrainerTests"/>.</summary>
public sealed class FamilyTraining
{
    private static readonly TrainingOptions options = new()
    {
        Members = 3,
        Rank = 2,
        InitializationGain = 1,
        LearningRate = 1e-2,
        WarmupSteps = 2,
        Steps = 60,
        BatchSize = 10,
    };

    public static TheoryData<string> Bases => ["ast-v4", "ast-headless", "bert", "bert-headless"];

    [Theory]
    [MemberData(nameof(Bases))]
    public async Task The_loss_falls_and_the_members_predict_what_they_learned(string name)
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", name));
        var examples = new FamilyExamples(model.Config);
        using var trainer = new Trainer(model, options, examples);
        var losses = new List<double>();
        var progress = new Recorder(step => losses.Add(step.Loss));
        await trainer.RunAsync(progress: progress, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(
            losses[^5..].Average() < 0.6 * losses[..3].Average(),
            $"from {losses[..3].Average():f3} to {losses[^5..].Average():f3}"
        );

        using var set = trainer.ToAdapterSet("trained");
        model.Attach(set);
        var predictions = Predictor.Predict(model, examples, batchSize: 7, cancellationToken: TestContext.Current.CancellationToken);
        var right = Enumerable.Range(0, examples.Count).Count(index => Best(predictions, index) == examples.Label(index));
        Assert.True(right > 0.8 * examples.Count, $"{right} of {examples.Count} are right");
    }

    [Theory]
    [MemberData(nameof(Bases))]
    public async Task The_same_seed_trains_the_same_members_although_dropout_is_random(string name)
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", name));
        using var first = new Trainer(model, options with { Steps = 5 }, new FamilyExamples(model.Config));
        using var second = new Trainer(model, options with { Steps = 5 }, new FamilyExamples(model.Config));
        await first.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        await second.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(
            first.System.Parameters,
            entry => Assert.True(entry.Value.detach().bytes.SequenceEqual(second.System.Parameters[entry.Key].detach().bytes), entry.Key)
        );
    }

    [Theory]
    [MemberData(nameof(Bases))]
    public void Every_parameter_of_every_member_gets_a_gradient_and_nothing_stays_behind(string name)
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", name));
        using var trainer = new Trainer(model, options, new FamilyExamples(model.Config));
        var examples = new FamilyExamples(model.Config);
        int[] indices = [0, 1, 2, 3];
        void Update()
        {
            using var scope = NewDisposeScope();
            trainer.Update(examples.Batch(indices, null), tensor(new long[] { 0, 1, 2, 0 }), 0);
        }

        var before = trainer.System.Parameters.ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        Update();
        Update();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Update();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        foreach (var (key, parameter) in trainer.System.Parameters)
        {
            for (var member = 0; member < options.Members; member++)
            {
                Assert.False(before[key][member].equal(parameter[member]).all().item<bool>(), $"{key} of member {member} did not move");
            }
        }
    }

    [Fact]
    public void Norms_of_fresh_heads_scale_by_one_and_shift_by_nothing()
    {
        using var model = PretrainedModels.Load(Golden.Folder("models", "ast-v4"));
        using var trainer = new Trainer(model, options, new FamilyExamples(model.Config));
        Assert.True(trainer.System.Parameters["classifier.layernorm.weight"].eq(1).all().item<bool>());
        Assert.True(trainer.System.Parameters["classifier.layernorm.bias"].eq(0).all().item<bool>());
        Assert.Equal([3, 48], trainer.System.Parameters["classifier.layernorm.weight"].shape);
    }

    /// <summary>The class with the highest sum of the members' logits.</summary>
    private static int Best(LoRAEnsembleHub.Evaluation.Predictions predictions, int example) =>
        Enumerable
            .Range(0, predictions.Classes)
            .MaxBy(label => Enumerable.Range(0, predictions.Members).Sum(member => predictions.Logits(member, example)[label]));

    private sealed class Recorder(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
