using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Training;
using LoRAEnsembleHub.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private static readonly TrainingOptions Small = new()
    {
        Members = 3,
        Rank = 2,
        InitializationGain = 1,
        LearningRate = 5e-3,
        WarmupSteps = 2,
        Steps = 12,
        BatchSize = 10,
        CheckpointSteps = 4,
    };

    private readonly PretrainedModel model = PretrainedModels.Load(Golden.Folder("models", "vit-v4"));
    private readonly ScratchFolder scratch = new();

    public void Dispose()
    {
        model.Dispose();
        scratch.Dispose();
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 0.0)]
    [InlineData(OptimizerKind.Adam, 0.01)]
    [InlineData(OptimizerKind.AdamW, 0.01)]
    public async Task The_loss_falls(OptimizerKind optimizer, double weightDecay)
    {
        using var trainer = new Trainer(
            model,
            Small with
            {
                Steps = 40,
                Optimizer = optimizer,
                WeightDecay = weightDecay,
            },
            new GlyphExamples()
        );
        var losses = new List<double>();
        await trainer.RunAsync(null, new Recorder(progress => losses.Add(progress.Loss)), TestContext.Current.CancellationToken);
        Assert.Equal(40, losses.Count);
        Assert.True(
            losses[^5..].Average() < 0.8 * losses[..3].Average(),
            $"from {losses[..3].Average():f3} to {losses[^5..].Average():f3}"
        );
    }

    [Fact(Timeout = 60_000)]
    public async Task A_run_that_nobody_watches_makes_every_update()
    {
        using var watched = new Trainer(model, Small, new GlyphExamples());
        using var alone = new Trainer(model, Small, new GlyphExamples());
        await watched.RunAsync(progress: new Recorder(_ => { }), cancellationToken: TestContext.Current.CancellationToken);
        await alone.RunAsync(Path.Combine(scratch.Path, "state.safetensors"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(12, alone.Step);
        Assert.All(
            watched.System.Parameters,
            entry => Assert.True(entry.Value.detach().bytes.SequenceEqual(alone.System.Parameters[entry.Key].detach().bytes), entry.Key)
        );
    }

    [Fact]
    public async Task A_checkpoint_that_lacks_a_tensor_is_refused_and_changes_nothing()
    {
        var checkpoint = Path.Combine(scratch.Path, "state.safetensors");
        using var trainer = new Trainer(model, Small, new GlyphExamples());
        await trainer.RunAsync(checkpoint, cancellationToken: TestContext.Current.CancellationToken);
        var tensors = Golden.Tensors(checkpoint);
        IReadOnlyDictionary<string, string> metadata;
        using (var file = SafetensorsFile.Open(checkpoint))
        {
            metadata = file.Metadata!;
        }

        const string missing = "second.classifier.weight";
        await TensorFile.WriteAsync(
            checkpoint,
            tensors.Where(entry => entry.Key != missing),
            metadata,
            TestContext.Current.CancellationToken
        );
        using var fresh = new Trainer(model, Small, new GlyphExamples());
        var before = fresh.System.Parameters.ToDictionary(entry => entry.Key, entry => entry.Value.detach().bytes.ToArray());
        var refusal = Assert.Throws<TrainingException>(() => fresh.TryResume(checkpoint));
        Assert.Contains(missing, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, fresh.Step);
        Assert.All(fresh.System.Parameters, entry => Assert.True(entry.Value.detach().bytes.SequenceEqual(before[entry.Key])));
    }

    [Fact]
    public async Task A_loss_that_explodes_stops_the_run_and_spares_the_last_good_checkpoint()
    {
        var checkpoint = Path.Combine(scratch.Path, "state.safetensors");
        var options = Small with { LearningRate = 1e30, WarmupSteps = 1, CheckpointSteps = 1 };
        using var trainer = new Trainer(model, options, new GlyphExamples());
        var stop = await Assert.ThrowsAsync<TrainingException>(() =>
            trainer.RunAsync(checkpoint, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Contains("diverged at update 3 of 12", stop.Message, StringComparison.Ordinal);
        Assert.Contains("learning_rate", stop.Message, StringComparison.Ordinal);
        Assert.Equal(2, trainer.Step);
        Assert.All(Golden.Tensors(checkpoint), entry => Assert.True(entry.Value.isfinite().all().item<bool>(), entry.Key));
    }

    [Fact]
    public async Task Members_that_overflow_in_the_last_update_are_reported_and_never_written()
    {
        var checkpoint = Path.Combine(scratch.Path, "state.safetensors");
        var options = Small with
        {
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 1e30,
            WeightDecay = 3e8,
            InitializationGain = 1000,
            WarmupSteps = 0,
            Steps = 1,
        };
        using var trainer = new Trainer(model, options, new GlyphExamples());
        var stop = await Assert.ThrowsAsync<TrainingException>(() =>
            trainer.RunAsync(checkpoint, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Contains("diverged at update 1 of 1", stop.Message, StringComparison.Ordinal);
        Assert.Contains("not finite", stop.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(checkpoint));
    }

    [Fact]
    public void How_often_checkpoints_are_written_does_not_bar_a_resume()
    {
        var options = Small with { CheckpointSteps = 1 };
        Assert.Equal(
            TrainingCheckpoint.Fingerprint(Small, model.Identity, new GlyphExamples()),
            TrainingCheckpoint.Fingerprint(options, model.Identity, new GlyphExamples())
        );
    }

    [Fact]
    public void Numbers_that_are_not_finite_stop_the_run_at_once_and_spare_the_members()
    {
        using var trainer = new Trainer(model, Small, new GlyphExamples(notFinite: true));
        var before = trainer.System.Parameters.ToDictionary(entry => entry.Key, entry => entry.Value.detach().bytes.ToArray());
        var stop = Assert.Throws<TrainingException>(() => trainer.Update());
        Assert.Contains("update 1 of 12", stop.Message, StringComparison.Ordinal);
        Assert.All(trainer.System.Parameters, entry => Assert.True(entry.Value.detach().bytes.SequenceEqual(before[entry.Key])));
    }

    [Fact]
    public void Training_changes_neither_the_base_nor_what_is_attached()
    {
        using var pixels = randn(2, 3, 32, 32);
        var input = new Dictionary<string, Tensor> { ["pixel_values"] = pixels };
        using var before = model.Forward(input);
        using var trainer = new Trainer(model, Small, new GlyphExamples());
        trainer.Update();
        trainer.Update();
        using var after = model.Forward(input);
        Assert.True(before.Logits.bytes.SequenceEqual(after.Logits.bytes));
    }

    [Fact]
    public void A_member_starts_alike_however_many_there_are()
    {
        using var three = new Trainer(model, Small, new GlyphExamples());
        using var five = new Trainer(model, Small with { Members = 5 }, new GlyphExamples());
        foreach (var (name, parameter) in three.System.Parameters)
        {
            Assert.True(parameter.detach().equal(five.System.Parameters[name].detach().narrow(0, 0, 3)).all().item<bool>(), name);
        }

        Assert.False(three.System.Parameters["classifier.weight"][0].allclose(three.System.Parameters["classifier.weight"][1]));
    }

    [Fact]
    public void Fresh_factors_have_the_published_spread()
    {
        using var trainer = new Trainer(model, Small with { Rank = 8, InitializationGain = 10 }, new GlyphExamples());
        var down = trainer.System.Parameters["encoder.layer.0.attention.attention.query.lora_A"];
        var bound = 10 * Math.Sqrt(6.0 / (48 + 8));
        Assert.InRange(down.abs().max().item<float>(), 0.97 * bound, bound);
        Assert.InRange(down.std().item<float>(), 0.95 * bound / Math.Sqrt(3), 1.05 * bound / Math.Sqrt(3));
        Assert.Equal(0, trainer.System.Parameters["encoder.layer.0.attention.attention.query.lora_B"].abs().max().item<float>());
        Assert.InRange(trainer.System.Parameters["classifier.weight"].abs().max().item<float>(), 0.9 / Math.Sqrt(48), 1 / Math.Sqrt(48));
    }

    [Theory]
    [InlineData(FactorInitialization.KaimingUniform)]
    [InlineData(FactorInitialization.Gaussian)]
    public void Other_starts_have_the_spread_that_their_names_say(FactorInitialization initialization)
    {
        var defaults = new TrainingOptions();
        var options = Small with
        {
            Rank = 8,
            Initialization = initialization,
            InitializationGain = defaults.InitializationGain,
            InitializationDeviation = initialization == FactorInitialization.Gaussian ? 0.3 : defaults.InitializationDeviation,
        };
        using var trainer = new Trainer(model, options, new GlyphExamples());
        var down = trainer.System.Parameters["encoder.layer.0.attention.attention.query.lora_A"].detach();
        var (largest, deviation) = (down.abs().max().item<float>(), down.std().item<float>());
        if (initialization == FactorInitialization.KaimingUniform)
        {
            Assert.InRange(largest, 0.97 / Math.Sqrt(48), 1 / Math.Sqrt(48));
            Assert.InRange(deviation, 0.95 / Math.Sqrt(3 * 48), 1.05 / Math.Sqrt(3 * 48));
        }
        else
        {
            Assert.InRange(deviation, 0.95 * 0.3, 1.05 * 0.3);
            Assert.InRange(largest, 3 * 0.3, 6 * 0.3);
        }
    }

    [Fact]
    public void The_trained_members_give_the_logits_they_were_trained_with()
    {
        using var trainer = new Trainer(model, Small, new GlyphExamples());
        trainer.Update();
        trainer.Update();
        using var set = trainer.ToAdapterSet("trained");
        Assert.Equal([42L, 43L, 44L], set.Members.Select(member => member.Seed!.Value));
        using var scope = NewDisposeScope();
        var input = new GlyphExamples().Batch([0, 1, 2, 3], null);
        var training = model.ForwardForTraining(input, ((TrainableMembers)trainer.System).View, null).detach();
        model.Attach(set);
        using var outputs = model.Forward(input);
        Assert.True(training.allclose(outputs.Logits, 1e-5, 1e-5));
        model.Detach();
    }

    [Fact]
    public void Members_that_are_summed_and_clipped_by_themselves_learn_as_if_alone()
    {
        // low enough that every update is clipped
        var options = Small with
        {
            MemberReduction = MemberReduction.Sum,
            ClipScope = ClipScope.Member,
            ClipNorm = 1e-3,
        };
        using var together = new Trainer(model, options, new GlyphExamples());
        using var alone = new Trainer(model, options with { Members = 1 }, new GlyphExamples());
        using var unclipped = new Trainer(model, options with { Members = 1, ClipNorm = null }, new GlyphExamples());
        foreach (var trainer in new[] { together, alone, unclipped })
        {
            trainer.Update();
            trainer.Update();
        }

        foreach (var (name, parameter) in alone.System.Parameters)
        {
            Assert.True(parameter.detach()[0].allclose(together.System.Parameters[name].detach()[0], 1e-4, 1e-4), name);
        }

        Assert.Contains(
            alone.Optimizer.Moments,
            entry => !entry.Value.First.allclose(unclipped.Optimizer.Moments[entry.Key].First, 1e-4, 1e-9)
        );
    }

    [Fact]
    public void Updates_leave_no_tensors_behind()
    {
        using var trainer = new Trainer(model, Small, new GlyphExamples());
        trainer.Update();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++)
        {
            trainer.Update();
        }

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData("""{"rank":0}""", "rank")]
    [InlineData("""{"members":-1}""", "members")]
    [InlineData("""{"learning_rate":0}""", "learning_rate")]
    [InlineData("""{"learning_rate":1e39}""", "learning_rate")]
    [InlineData("""{"targets":[]}""", "targets")]
    [InlineData("""{"targets":["everything"]}""", "targets")]
    [InlineData("""{"lerning_rate":0.1}""", "lerning_rate")]
    [InlineData("""{"class_weights":[0,0]}""", "class_weights")]
    [InlineData("""{"clip_norm":0}""", "clip_norm")]
    public void A_wrong_setting_is_refused_by_name(string json, string named) =>
        Assert.Contains(
            named,
            Assert.Throws<TrainingException>(() => TrainingOptions.Parse(json, "run.json")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Settings_survive_being_written_and_read()
    {
        var options = Small with { Targets = [ProjectionKind.FeedForwardIn], Layers = [1], ClassWeights = [1, 2, 3], ClipNorm = null };
        Assert.Equal(options.ToJson(), TrainingOptions.Parse(options.ToJson(), "run.json").ToJson());
    }

    private sealed class Recorder(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
