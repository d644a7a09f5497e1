using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>Rank-one scales on shared weights.</summary>
public sealed class BatchEnsembleTests
{
    [Theory]
    [InlineData("vit-v4")]
    [InlineData("ast-v4")]
    [InlineData("bert")]
    public void Scales_of_one_give_the_base(string golden)
    {
        using var model = MethodCases.Load(golden);
        var options = MethodCases.Options("batch") with { ScaleDeviation = 0, Targets = [.. Enum.GetValues<ProjectionKind>()] };
        using var trainer = new Trainer(model, options, MethodCases.Examples(model));
        using var scope = NewDisposeScope();
        var inputs = MethodCases.Examples(model).Batch([0, 1, 2], null);
        using var bare = model.Forward(inputs, new ForwardOptions { HiddenStates = true });
        using var system = trainer.ToSystem("ones");
        using var outputs = system.Model.Forward(inputs, new ForwardOptions { HiddenStates = true });
        for (var member = 0; member < 3; member++)
        {
            Assert.True(outputs.Named["last_hidden_state"][member].allclose(bare.Named["last_hidden_state"], 1e-6, 1e-5));
        }
    }

    [Fact]
    public void A_scaled_projection_is_the_one_with_the_weights_multiplied_by_the_rank_one_factor()
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = (randn(7, 5), randn(3, 7));
        var (s, r) = (randn(3, 5), randn(3, 7));
        var x = randn(3, 4, 5);
        var y = new RankOneScale(s, r, bias).Apply(new FrozenLinear(weight, randn(7)), x, ProductRoute.Matrix);
        for (var member = 0; member < 3; member++)
        {
            var own = weight * outer(r[member], s[member]);
            Assert.True(y[member].allclose(nn.functional.linear(x[member], own, bias[member]), 1e-5, 1e-5));
        }
    }

    [Theory]
    [InlineData("batch of signs")]
    [InlineData("batch")]
    public void Scales_start_as_asked_for(string name)
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options(name), MethodCases.Examples(model));
        var scale = trainer.System.Parameters["encoder.layer.0.attention.attention.query.input_scale"].detach();
        Assert.Equal([3, 48], scale.shape);
        if (name == "batch of signs")
        {
            Assert.True(scale.abs().eq(1).all().item<bool>());
            Assert.InRange(scale.mean().item<float>(), -0.4f, 0.4f);
        }
        else
        {
            Assert.Equal(1, scale.mean().item<float>(), 0.03);
            Assert.Equal(0.1, scale.std().item<float>(), 0.03);
        }

        Assert.False(scale[0].allclose(scale[1]));
    }

    [Fact]
    public void Members_together_and_in_chunks_and_alone_are_the_same()
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options("batch"), MethodCases.Examples(model));
        trainer.Update();
        using var system = trainer.ToSystem("batch");
        using var scope = NewDisposeScope();
        var inputs = MethodCases.Examples(model).Batch([0, 1, 2], null);
        using var together = system.Model.Forward(inputs);
        using var chunked = system.Model.Forward(inputs, new ForwardOptions { MemberChunk = 2 });
        Assert.True(together.Logits.allclose(chunked.Logits, 1e-5, 1e-6));
        Assert.False(together.Logits[0].allclose(together.Logits[1]));
    }

    [Fact]
    public void Members_that_do_not_fit_leave_the_model_as_it_was()
    {
        using var model = MethodCases.Load("vit-v4");
        using var scope = NewDisposeScope();
        var inputs = MethodCases.Examples(model).Batch([0], null);
        using var before = model.Forward(inputs);
        const string site = "encoder.layer.0.attention.attention.query";
        Dictionary<string, Tensor> Values(long width) =>
            new()
            {
                [$"{site}.input_scale"] = ones(2, width).DetachFromDisposeScope(),
                [$"{site}.output_scale"] = ones(2, 48).DetachFromDisposeScope(),
            };
        using var narrow = new ScaleSet("narrow", [1, 2], [site], Values(47));
        Assert.Contains(
            "input_scale is [47]; needed is [48]",
            Assert.Throws<AdapterException>(() => model.Attach(narrow)).Message,
            StringComparison.Ordinal
        );
        using var strange = new ScaleSet("strange", [1, 2], ["encoder.layer.9.x"], Values(48));
        Assert.Contains(
            "encoder.layer.9.x",
            Assert.Throws<AdapterException>(() => model.Attach(strange)).Message,
            StringComparison.Ordinal
        );
        using var headed = new ScaleSet(
            "headed",
            [1, 2],
            [site],
            new Dictionary<string, Tensor>(Values(48)) { ["classifier.weight"] = ones(2, 3, 48).DetachFromDisposeScope() }
        );
        Assert.Contains("classifier.bias", Assert.Throws<AdapterException>(() => model.Attach(headed)).Message, StringComparison.Ordinal);
        using var after = model.Forward(inputs);
        Assert.True(after.Logits.equal(before.Logits).all().item<bool>());
    }
}
