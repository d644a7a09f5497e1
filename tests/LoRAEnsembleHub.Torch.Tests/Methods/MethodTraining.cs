using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>What training must do whatever the method.</summary>
public sealed class MethodTraining
{
    public static TheoryData<string, string> Cases => MethodCases.OnEveryBase;

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_loss_falls_and_the_base_stays(string name, string golden)
    {
        using var model = MethodCases.Load(golden);
        var before = model.Weights.ToDictionary(weight => weight.Key, weight => weight.Value.bytes.ToArray());
        using var trainer = new Trainer(model, MethodCases.Options(name) with { Epochs = 9 }, MethodCases.Examples(model));
        var losses = new List<double>();
        while (trainer.Step < trainer.TotalSteps)
        {
            losses.Add(trainer.Update().Loss);
        }

        Assert.True(
            losses[^4..].Average() < 0.9 * losses[..3].Average(),
            $"from {losses[..3].Average():f3} to {losses[^4..].Average():f3}"
        );
        Assert.All(model.Weights, weight => Assert.True(weight.Value.bytes.SequenceEqual(before[weight.Key]), weight.Key));
        using var system = trainer.ToSystem("trained");
        Assert.Equal(MethodCases.Options(name).Members, system.Members);
        var predictions = Predictor.Predict(
            system.Model,
            MethodCases.Examples(model),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal((system.Members, 3), (predictions.Members, predictions.Classes));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Updates_leave_no_tensors_behind(string name, string golden)
    {
        using var model = MethodCases.Load(golden);
        using var trainer = new Trainer(model, MethodCases.Options(name), MethodCases.Examples(model));
        trainer.Update();
        trainer.Update();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        trainer.Update();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Learned_whole_networks_and_predicting_them_share_memory_and_leave_nothing_behind()
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options("explicit"), MethodCases.Examples(model));
        trainer.Update();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var system = trainer.ToSystem("explicit"))
        {
            var examples = MethodCases.Examples(model);
            Predictor.Predict(system.Model, examples, cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("batch")]
    public void What_was_attached_to_the_base_before_is_put_back(string name)
    {
        using var model = MethodCases.Load("vit-v4");
        using var other = new Trainer(model, MethodCases.Options("lora"), MethodCases.Examples(model));
        using var set = other.ToAdapterSet("other");
        model.Attach(set);
        using var trainer = new Trainer(model, MethodCases.Options(name), MethodCases.Examples(model));
        using (trainer.ToSystem(name))
        {
            Assert.NotSame(set, model.Attached);
        }

        Assert.Same(set, model.Attached);
    }

    [Theory]
    [InlineData("explicit")]
    [InlineData("noisy")]
    public void A_network_of_an_ensemble_that_is_clipped_by_itself_is_the_one_trained_alone(string name)
    {
        using var model = MethodCases.Load("vit-v4");
        var options = MethodCases.Options(name) with
        {
            Steps = 4,
            Shuffle = false,
            ClipScope = ClipScope.Member,
            MemberReduction = MemberReduction.Sum,
        };
        using var together = new Trainer(model, options, MethodCases.Examples(model));
        using var alone = new Trainer(model, options with { Members = 1, Seed = options.Seed + 1 }, MethodCases.Examples(model));
        while (alone.Step < 4)
        {
            together.Update();
            alone.Update();
        }

        Assert.All(
            alone.System.Parameters,
            entry =>
                Assert.True(
                    entry
                        .Value.equal(together.System.Parameters[entry.Key.Replace("member-00", "member-01", StringComparison.Ordinal)])
                        .all()
                        .item<bool>(),
                    entry.Key
                )
        );
    }

    [Fact]
    public void A_whole_network_alone_gives_its_slice_of_the_ensemble()
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options("explicit"), MethodCases.Examples(model));
        trainer.Update();
        using var system = trainer.ToSystem("explicit");
        using var scope = NewDisposeScope();
        var inputs = MethodCases.Examples(model).Batch([0, 1, 2], null);
        using var all = system.Model.Forward(inputs);
        Assert.Equal([2, 3, 3], all.Logits.shape);
        foreach (var (member, network) in ((ModelEnsemble)system.Model).Models.Index())
        {
            using var own = network.Forward(inputs);
            Assert.True(own.Logits.equal(all.Logits[member]).all().item<bool>(), $"member {member}");
        }

        Assert.False(all.Logits[0].allclose(all.Logits[1]));
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("explicit")]
    [InlineData("batch")]
    [InlineData("heads")]
    public void Members_start_with_the_same_heads_whatever_the_method(string name)
    {
        using var model = MethodCases.Load("vit-v4");
        using var lora = new Trainer(model, MethodCases.Options("lora") with { Members = 2 }, MethodCases.Examples(model));
        using var other = new Trainer(model, MethodCases.Options(name) with { Members = 2 }, MethodCases.Examples(model));
        var expected = lora.System.Parameters["classifier.weight"][1];
        var found =
            name == "explicit" ? other.System.Parameters["member-01.classifier.weight"] : other.System.Parameters["classifier.weight"][1];
        Assert.True(found.equal(expected).all().item<bool>());
    }

    [Fact]
    public void The_base_in_bfloat16_is_refused_where_its_weights_are_learned()
    {
        foreach (var name in new[] { "explicit", "dropout", "snapshots", "batch with shared weights" })
        {
            var refusal = Assert.Throws<TrainingException>(() => (MethodCases.Options(name) with { BaseDtype = BaseDtype.Bf16 }).Checked());
            Assert.Contains("base_dtype", refusal.Message, StringComparison.Ordinal);
        }

        (MethodCases.Options("batch") with { BaseDtype = BaseDtype.Bf16 }).Checked();
    }

    [Theory]
    [InlineData("lora", """{"noise_scale": 0.1}""", "noise_scale")]
    [InlineData("explicit", """{"rank": 4}""", "rank")]
    [InlineData("explicit", """{"member_dropout": 0.1}""", "member_dropout")]
    [InlineData("explicit", """{"noise_layers": 2}""", "noise_layers")]
    [InlineData("dropout", """{"drop_probability": 1}""", "drop_probability")]
    [InlineData("dropout", """{"burn_in_epochs": 1}""", "burn_in_epochs")]
    [InlineData("snapshots", """{"schedule": "linear"}""", "schedule")]
    [InlineData("batch", """{"sharing": "a"}""", "sharing")]
    [InlineData("batch", """{"scale_deviation": -1}""", "scale_deviation")]
    [InlineData("single lora", """{"members": 2}""", "members")]
    [InlineData("shared A", """{"clip_scope": "member"}""", "clip_scope")]
    [InlineData("heads", """{"targets": ["query"]}""", "targets")]
    public void A_setting_that_the_method_does_not_have_or_not_so_is_refused_by_name(string name, string change, string field)
    {
        var settings = System.Text.Json.Nodes.JsonNode.Parse(MethodCases.Options(name).ToJson())!.AsObject();
        foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse(change)!.AsObject())
        {
            settings[key] = value!.DeepClone();
        }

        var refusal = Assert.Throws<TrainingException>(() => TrainingOptions.Parse(settings.ToJsonString(), "settings"));
        Assert.StartsWith($"settings: {field}", refusal.Message, StringComparison.Ordinal);
    }
}
