using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>The masks of DropKey, and predictions with them.</summary>
public sealed class KeyDropoutTests
{
    private static readonly KeyDropout fifth = new(0.2, 11);

    [Fact]
    public void Keys_are_dropped_as_often_as_asked_for_and_never_all_of_a_query()
    {
        using var scope = NewDisposeScope();
        var masks = new KeyMasks(fifth, [1, 2, 3], null) { Passes = 4 };
        var mask = masks.Draw(0, 4, 20, 20, ScalarType.Float32, CPU);
        Assert.Equal([12, 4, 20, 20], mask.shape);
        Assert.True(mask.eq(0).logical_or(mask.isneginf()).all().item<bool>());
        Assert.Equal(0.2, mask.isneginf().to(ScalarType.Float32).mean().item<float>(), 0.01); // 19,200 draws: three deviations
        Assert.False(mask.isneginf().all(-1).any().item<bool>());
        var few = new KeyMasks(new KeyDropout(0.9, 3), [1], null).Draw(0, 50, 2, 2, ScalarType.Float32, CPU);
        Assert.False(few.isneginf().all(-1).any().item<bool>());
        Assert.True(few.isneginf().any().item<bool>());
    }

    [Fact]
    public void A_query_always_sees_a_key_that_counts()
    {
        using var scope = NewDisposeScope();
        bool[] counts = [true, false, false, true];
        var mask = new KeyMasks(new KeyDropout(0.8, 3), [1], [counts]).Draw(0, 30, 4, 4, ScalarType.Float32, CPU);
        var seen = mask.eq(0).logical_and(tensor(counts));
        Assert.True(seen.any(-1).all().item<bool>());
    }

    [Fact]
    public void Attention_keeps_its_expectation_over_many_masks()
    {
        using var scope = NewDisposeScope();
        const int Masks = 4000;
        var values = arange(5, dtype: ScalarType.Float32).view(1, 1, 5, 1); // [1, 1, keys, 1]
        var mask = new KeyMasks(fifth, [1], null) { Passes = Masks }.Draw(0, 1, 1, 5, ScalarType.Float32, CPU);
        var equal = zeros(1, 1, 1, 5);
        var expected = equal.softmax(-1).matmul(values).item<float>(); // 2
        var found = (equal + mask).softmax(-1).matmul(values).mean().item<float>();
        // with equal scores every key is as likely as any other to be left: one mask's mean deviates by less than 0.5, so four of 4,000 by 0.032
        Assert.Equal(expected, found, 0.032);
        Assert.NotEqual(expected, found);
    }

    [Fact]
    public void Masks_depend_on_block_pass_example_and_seed_but_not_on_what_is_computed_with_them()
    {
        using var scope = NewDisposeScope();
        Tensor Draw(KeyDropout settings, long[] examples, int first, int passes, int layer = 0, int kept = 6, int tokens = 6) =>
            (new KeyMasks(settings, examples, null) { First = first, Passes = passes }).Draw(
                layer,
                3,
                kept,
                tokens,
                ScalarType.Float32,
                CPU
            );
        var together = Draw(fifth, [7, 8, 9], 0, 4).view(4, 3, 3, 6, 6); // [passes, batch, heads, tokens, tokens]
        Assert.True(together[2][1].equal(Draw(fifth, [8], 2, 1)[0]).all().item<bool>());
        Assert.True(together[2][1].narrow(1, 0, 1).equal(Draw(fifth, [8], 2, 1, kept: 1)[0]).all().item<bool>());
        Assert.True(together[2][1].equal(Draw(fifth, [8], 2, 1, tokens: 9)[0].narrow(2, 0, 6)).all().item<bool>());
        Tensor[] others =
        [
            together[1][1],
            together[2][0],
            Draw(fifth, [8], 2, 1, layer: 1)[0],
            Draw(new KeyDropout(0.2, 12), [8], 2, 1)[0],
        ];
        Assert.All(others, other => Assert.False(other.equal(together[2][1]).all().item<bool>()));
    }

    [Theory]
    [InlineData("vit-v4", false)]
    [InlineData("vit-v4", true)]
    [InlineData("ast-v4", false)]
    [InlineData("bert", false)]
    [InlineData("bert", true)]
    public void Predictions_repeat_and_depend_neither_on_the_batch_nor_on_the_chunk(string golden, bool asReleased)
    {
        using var model = MethodCases.Load(golden);
        var examples = MethodCases.Examples(model);
        using var trainer = new Trainer(model, MethodCases.Options(asReleased ? "dropout as released" : "dropout"), examples);
        trainer.Update();
        using var system = trainer.ToSystem("dropout");
        var token = TestContext.Current.CancellationToken;
        var whole = Predictor.Predict(system.Model, examples, batchSize: 24, cancellationToken: token);
        foreach (var size in new[] { 1, 5, 24 })
        {
            var parts = Predictor.Predict(system.Model, examples, batchSize: size, cancellationToken: token);
            for (var member = 0; member < whole.Members; member++)
            {
                for (var example = 0; example < whole.Examples; example++)
                {
                    Assert.All(
                        whole.Logits(member, example).ToArray().Zip(parts.Logits(member, example).ToArray()),
                        pair => Assert.Equal(pair.First, pair.Second, 1e-4)
                    );
                }
            }
        }

        using var scope = NewDisposeScope();
        var inputs = examples.Batch([0, 1, 2], null);
        using var once = system.Model.Forward(inputs);
        using var chunked = system.Model.Forward(inputs, new ForwardOptions { MemberChunk = 1 });
        Assert.True(once.Logits.allclose(chunked.Logits, 1e-4, 1e-5));
        Assert.False(once.Logits[0].allclose(once.Logits[1], 1e-3, 1e-3));
    }

    [Fact]
    public void Passes_are_those_of_the_network_that_drops_nothing_as_the_probability_goes_to_zero()
    {
        using var model = MethodCases.Load("vit-v4");
        var examples = MethodCases.Examples(model);
        using var trainer = new Trainer(model, MethodCases.Options("dropout") with { DropProbability = 1e-9 }, examples);
        using var system = trainer.ToSystem("dropout");
        using var scope = NewDisposeScope();
        var inputs = examples.Batch([0, 1], null);
        using var passes = system.Model.Forward(inputs);
        ((PretrainedModel)system.Model).Detach();
        using var plain = system.Model.Forward(inputs);
        Assert.All(Enumerable.Range(0, 3), pass => Assert.True(passes.Logits[pass].allclose(plain.Logits, 1e-5, 1e-6)));
    }

    [Fact]
    public void The_heads_that_are_matched_with_the_released_code_are_never_trained()
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options("dropout as released"), MethodCases.Examples(model));
        Assert.DoesNotContain("classifier.weight", trainer.System.Parameters.Keys);
        var before = ((TrainableDropout)trainer.System).View.Head["classifier.weight"].clone();
        trainer.Update();
        Assert.True(((TrainableDropout)trainer.System).View.Head["classifier.weight"].equal(before).all().item<bool>());
    }
}
