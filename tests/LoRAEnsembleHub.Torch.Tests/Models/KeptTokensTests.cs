using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Torch.Tests.Adapters;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Models;

/// <summary>The last block computes only the tokens that heads read, which changes no result.</summary>
public sealed class KeptTokensTests
{
    private const int Members = 3;
    private const int Batch = 2;
    private const int Tokens = 7;
    private const int Hidden = 16;

    public static TheoryData<string> Families => FamilyInvariants.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void Logits_are_those_of_a_pass_that_computes_all_tokens(string name)
    {
        using var family = new GoldenFamily(name);
        AssertAlike(family); // the base's own head
        family.Model.Attach(family.Set);
        AssertAlike(family);
    }

    [Theory]
    [InlineData(NormPlacement.Before, 1)]
    [InlineData(NormPlacement.Before, 2)]
    [InlineData(NormPlacement.After, 1)]
    [InlineData(NormPlacement.After, Tokens)]
    internal void A_block_gives_the_tokens_kept_and_no_others(NormPlacement placement, int kept)
    {
        using var scope = NewDisposeScope();
        var block = Block(placement);
        var updates = new BlockUpdates { Query = Update(Hidden, Hidden), FeedForwardOut = Update(4 * Hidden, Hidden) };
        var mask = zeros(Batch, 1, 1, Tokens);
        mask[1, 0, 0, Tokens - 1] = float.MinValue;
        var pass = new EncoderPass(Batch, Tokens, mask, null);
        var x = randn(1, Batch * Tokens, Hidden);
        var whole = block.Forward(x, pass, updates).view(Members, Batch, Tokens, Hidden);
        var part = block.Forward(x, pass with { Kept = kept }, updates);
        Assert.Equal([Members, Batch * kept, Hidden], part.shape);
        var difference = (whole.narrow(2, 0, kept) - part.view(Members, Batch, kept, Hidden)).abs().max().item<float>();
        Assert.True(difference < 1e-5, $"largest difference {difference:g3}");
    }

    private static void AssertAlike(GoldenFamily family)
    {
        using var all = family.Run(new ForwardOptions { HiddenStates = true });
        using var some = family.Run();
        Assert.True(all.Named.ContainsKey("last_hidden_state") && !some.Named.ContainsKey("last_hidden_state"));
        foreach (var (name, tensor) in some.Named)
        {
            var difference = (all.Named[name] - tensor).abs().max().item<float>();
            Assert.True(difference < 1e-5, $"{name}: largest difference {difference:g3}");
        }
    }

    private static EncoderBlock Block(NormPlacement placement)
    {
        LayerNorm Norm() => new(randn(Hidden), randn(Hidden), 1e-6);
        FrozenLinear Linear(int width, int outputs) => new(randn(outputs, width) / Math.Sqrt(width), randn(outputs));
        var attention = new SelfAttention(
            Linear(Hidden, Hidden),
            Linear(Hidden, Hidden),
            Linear(Hidden, Hidden),
            Linear(Hidden, Hidden),
            Heads: 4
        );
        return new EncoderBlock(
            placement,
            Norm(),
            attention,
            Norm(),
            Linear(Hidden, 4 * Hidden),
            Activation.Named("gelu"),
            Linear(4 * Hidden, Hidden),
            AttentionDropout: 0,
            HiddenDropout: 0
        );
    }

    private static LowRank Update(int width, int outputs) => new(randn(Members, 2, width) / 4, randn(Members, outputs, 2) / 4);
}
