using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Compute;

public sealed class BlockedProductTests
{
    public static TheoryData<int, int, int, int, int> Shapes =>
        new()
        {
            // members, rows, in, out, rank
            { 1, 12, 1, 32, 0 },
            { 1, 13, 7, 32, 1 },
            { 2, 17, 8, 64, 2 },
            { 3, 50, 33, 96, 5 },
            { 2, 24, 768, 160, 8 },
            { 2, 197, 769, 64, 16 }, // a last block of one input
            { 4, 31, 1600, 288, 9 },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_is_the_product_with_updates_by_tiles_of_either_width(int members, int rows, int inputs, int outputs, int rank)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        Assert.SkipWhen(ProductTile.Best is null, "This processor has no fused multiply-add.");
        var (x, weight, bias) = (Numbers(members, rows, inputs), Numbers(outputs, inputs), Numbers(outputs));
        var (low, up) = (Numbers(members, rows, rank), Numbers(members, outputs, rank));
        var plain = x.@double().matmul(weight.@double().t()); // [members, rows, out]
        var updated = plain + bias.@double() + low.@double().matmul(up.@double().transpose(1, 2));
        var largest = updated.abs().max().item<double>();
        foreach (var tile in new[] { new ProductTile(256), new ProductTile(512) })
        {
            var product = BlockedProduct.Of(x, weight, bias, rank == 0 ? null : low, rank == 0 ? null : up, tile);
            Assert.Equal([members, rows, outputs], product.shape);
            Assert.InRange((product - updated).abs().max().item<double>() / largest, 0, 3e-6);
            if (rank > 0)
            {
                var down = Numbers(members, rank, inputs);
                var inner = BlockedProduct.Inner(x, down, tile);
                var wanted = x.@double().matmul(down.@double().transpose(1, 2));
                Assert.InRange((inner.narrow(2, 0, rank) - wanted).abs().max().item<double>() / wanted.abs().max().item<double>(), 0, 3e-6);
                AssertSame(
                    BlockedProduct.Of(x, weight, bias, inner.narrow(2, 0, rank), up, tile),
                    BlockedProduct.Of(x, weight, bias, inner, up, tile)
                );
            }

            Assert.InRange((BlockedProduct.Of(x, weight, null, tile: tile) - plain).abs().max().item<double>() / largest, 0, 3e-6);
        }
    }

    [Fact]
    public void A_result_depends_neither_on_threads_nor_on_the_other_rows()
    {
        Assert.SkipWhen(ProductTile.Best is null, "This processor has no fused multiply-add.");
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (x, linear) = (Numbers(5, 101, 800), new FrozenLinear(Numbers(320, 800), Numbers(320)));
        var update = new LowRank(Numbers(5, 4, 800), Numbers(5, 320, 4));
        var all = linear.Forward(x, update, ProductRoute.Blocked);
        var inner = BlockedProduct.Inner(x, update.Down);
        foreach (var threads in new[] { 1, 2, 3, 16 })
        {
            AssertSame(all, BlockedProduct.Of(x, linear.Weight, linear.Bias, inner, update.Up, threads: threads));
        }

        for (var member = 0; member < 5; member++)
        {
            AssertSame(all.narrow(0, member, 1), linear.Forward(x.narrow(0, member, 1), update.Members(member, 1), ProductRoute.Blocked));
        }
    }

    [Fact]
    public async Task Products_on_many_threads_at_once_do_not_disturb_each_other()
    {
        Assert.SkipWhen(ProductTile.Best is null, "This processor has no fused multiply-add.");
        byte[] Product()
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            return BlockedProduct.Of(Numbers(2, 96, 512), Numbers(512, 512), null, threads: 2).bytes.ToArray();
        }

        var expected = Product();
        var found = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(Product)));
        Assert.All(found, bytes => Assert.Equal(expected, bytes));
    }

    [Fact]
    public void What_work_on_torchs_threads_throws_reaches_the_one_who_asked()
    {
        Assert.SkipUnless(TorchTeam.IsThere, "torch does not compute with GNU OpenMP here.");
        var calls = 0;
        TorchTeam.Run(3, () => Interlocked.Increment(ref calls));
        Assert.Equal(3, calls);
        var fault = Assert.Throws<InvalidOperationException>(() => TorchTeam.Run(2, () => throw new InvalidOperationException("both")));
        Assert.Equal("both", fault.Message);
    }

    [Fact]
    public void Inputs_may_lie_in_memory_in_any_order()
    {
        Assert.SkipWhen(ProductTile.Best is null, "This processor has no fused multiply-add.");
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (x, weight) = (Numbers(2, 40, 64).transpose(1, 2), Numbers(32, 40));
        AssertSame(BlockedProduct.Of(x.contiguous(), weight, null), BlockedProduct.Of(x, weight, null));
        Assert.False(BlockedProduct.Fits(x, Numbers(40, 32).t(), null)); // these would have to be copied for every product
    }

    [Fact]
    public void Where_gradients_may_be_wanted_it_is_not_taken()
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (Numbers(1, 64, 64).requires_grad_(), Numbers(64, 64));
        Assert.False(BlockedProduct.Fits(x, weight, null));
        using var product = FrozenProduct.Of(x, weight, null, ProductRoute.Blocked);
        Assert.Equal(64 * 64, autograd.grad([product.sum()], [x])[0].numel());
        using var quiet = no_grad();
        Assert.Equal(ProductTile.Best is not null, BlockedProduct.Fits(x, weight, null));
        Assert.False(BlockedProduct.Fits(x, Numbers(65, 64), null)); // no whole tiles
        Assert.False(BlockedProduct.Fits(Numbers(1, 5, 64), weight, null));
        Assert.False(BlockedProduct.Fits(x.bfloat16(), weight.bfloat16(), null));
    }

    // a generator of its own: other tests watch the common one
    private static Tensor Numbers(params long[] shape) => randn(shape, generator: new Generator(7 + (ulong)shape.Sum()));

    private static void AssertSame(Tensor expected, Tensor actual) =>
        Assert.True(expected.contiguous().bytes.SequenceEqual(actual.contiguous().bytes));
}
