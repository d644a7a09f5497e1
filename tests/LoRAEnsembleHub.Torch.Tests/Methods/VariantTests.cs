using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>What is particular to noise, shared factors, members that sit out, and heads alone.</summary>
public sealed class VariantTests
{
    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 0, 1 })]
    [InlineData(null, new[] { 0, 1 })]
    public void Noise_changes_attention_and_feed_forward_of_the_last_blocks_and_nothing_else(int? layers, int[] noisy)
    {
        using var model = MethodCases.Load("vit-v4");
        var options = MethodCases.Options("noisy") with { NoiseScale = 0.5, NoiseLayers = layers };
        using var trainer = new Trainer(model, options, MethodCases.Examples(model));
        foreach (var (name, weight) in model.Weights.Where(weight => !weight.Key.StartsWith("classifier", StringComparison.Ordinal)))
        {
            var isSite = model.Catalogue.Sites.Any(site =>
                noisy.Contains(site.Layer) && name.StartsWith(site.Name + ".", StringComparison.Ordinal)
            );
            for (var member = 0; member < 2; member++)
            {
                var own = trainer.System.Parameters[$"member-{member:00}.{name}"];
                Assert.Equal(!isSite, own.equal(weight).all().item<bool>());
                if (isSite && weight.numel() > 1000)
                {
                    Assert.Equal(0.5, ((own - weight).std() / weight.std()).item<float>(), 0.05);
                }
            }
        }

        const string some = "encoder.layer.1.attention.attention.query.weight";
        Assert.False(trainer.System.Parameters[$"member-00.{some}"].allclose(trainer.System.Parameters[$"member-01.{some}"]));
    }

    [Fact]
    public void More_noisy_blocks_than_the_model_has_are_refused()
    {
        using var model = MethodCases.Load("vit-v4");
        var options = MethodCases.Options("noisy") with { NoiseLayers = 3 };
        var refusal = Assert.Throws<TrainingException>(() => new Trainer(model, options, MethodCases.Examples(model)));
        Assert.Contains("noise_layers is 3; the model has 2 blocks", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shared A")]
    [InlineData("shared B")]
    public void A_shared_factor_is_the_same_number_for_number_in_all_members_and_the_other_is_not(string name)
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options(name), MethodCases.Examples(model));
        while (trainer.Step < 6)
        {
            trainer.Update();
        }

        using var set = trainer.ToAdapterSet(name);
        foreach (var factors in set.Sites.Values)
        {
            var (shared, own) = name == "shared A" ? (factors.Down, factors.Up) : (factors.Up, factors.Down);
            Assert.Equal(3, shared.size(0));
            Assert.True(shared[0].equal(shared[2]).all().item<bool>());
            Assert.True(shared.abs().max().item<float>() > 0);
            Assert.False(own[0].allclose(own[2]));
        }
    }

    [Fact]
    public void A_member_that_sits_out_is_as_it_was_and_so_are_its_moments()
    {
        using var model = MethodCases.Load("vit-v4");
        var options = MethodCases.Options("member dropout") with { WeightDecay = 0.1, Optimizer = OptimizerKind.AdamW };
        using var trainer = new Trainer(model, options, MethodCases.Examples(model));
        var (satOut, tookPart) = (0, 0);
        while (trainer.Step < 12)
        {
            using var scope = NewDisposeScope();
            var before = trainer.System.Parameters.ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
            var moments = trainer.Optimizer.Moments.ToDictionary(entry => entry.Key, entry => entry.Value.First.clone());
            var members = MemberDropout.At(options, trainer.Step)!;
            Assert.NotEmpty(members);
            trainer.Update();
            for (var member = 0; member < options.Members; member++)
            {
                var same = trainer.System.Parameters.All(entry => entry.Value[member].equal(before[entry.Key][member]).all().item<bool>());
                var still = trainer.Optimizer.Moments.All(entry =>
                    entry.Value.First[member].equal(moments[entry.Key][member]).all().item<bool>()
                );
                Assert.Equal(!members.Contains(member), same);
                Assert.Equal(same, still);
                (satOut, tookPart) = same ? (satOut + 1, tookPart) : (satOut, tookPart + 1);
            }
        }

        Assert.True(satOut > 5 && tookPart > 5, $"{satOut} sat out, {tookPart} took part");
    }

    [Fact]
    public void Members_sit_out_as_often_as_asked_for_and_each_counts_its_own_updates()
    {
        var options = new TrainingOptions { Members = 8, MemberDropout = 0.25 };
        var counts = MemberDropout.Counts(options, 2000)!;
        Assert.All(counts, count => Assert.InRange(count / 2000.0, 0.72, 0.78)); // three deviations of a thousandth each
        Assert.Null(MemberDropout.Counts(options with { MemberDropout = 0 }, 10));
    }

    [Fact]
    public void Heads_alone_leave_the_features_of_the_base_untouched()
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options("heads"), MethodCases.Examples(model));
        Assert.Equal(["classifier.bias", "classifier.weight"], trainer.System.Parameters.Keys);
        trainer.Update();
        using var system = trainer.ToSystem("heads");
        using var scope = NewDisposeScope();
        var inputs = MethodCases.Examples(model).Batch([0, 1], null);
        using var outputs = system.Model.Forward(inputs, new ForwardOptions { HiddenStates = true });
        model.Detach();
        using var bare = model.Forward(inputs, new ForwardOptions { HiddenStates = true });
        for (var member = 0; member < 3; member++)
        {
            Assert.True(outputs.Named["last_hidden_state"][member].allclose(bare.Named["last_hidden_state"], 1e-5, 1e-6));
        }
    }
}
