using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class BatchesAheadTests
{
    [Fact]
    public void Batches_come_in_order_and_are_those_that_are_prepared_one_by_one()
    {
        var examples = new Numbered(50);
        int[][] wanted = [.. Enumerable.Range(0, 50).Reverse().Chunk(7)];
        using var ahead = new BatchesAhead(examples, wanted.Select(indices => (indices, (int?)3)));
        foreach (var indices in wanted)
        {
            using var scope = NewDisposeScope();
            var (found, epoch, inputs) = ahead.Next(TestContext.Current.CancellationToken);
            Assert.Equal(indices, found);
            Assert.Equal(3, epoch);
            Assert.Equal(indices.Select(index => index + 300f), inputs["x"].data<float>().ToArray());
        }

        Assert.Throws<InvalidOperationException>(() => ahead.Next(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void No_more_than_two_batches_are_prepared_before_one_is_taken()
    {
        var examples = new Numbered(100);
        using (var ahead = new BatchesAhead(examples, Enumerable.Range(0, 100).Chunk(1).Select(indices => (indices, (int?)null))))
        {
            using var scope = NewDisposeScope();
            for (var taken = 0; taken < 20; taken++)
            {
                ahead.Next(TestContext.Current.CancellationToken);
                Assert.InRange(examples.Prepared, taken + 1, taken + 3);
            }
        }

        Assert.InRange(examples.Prepared, 20, 23); // nothing goes on behind the end
    }

    [Fact]
    public void A_fault_is_told_of_when_its_batch_is_taken_and_not_before()
    {
        var examples = new Numbered(10, faulty: [4]);
        using var ahead = new BatchesAhead(examples, Enumerable.Range(0, 10).Chunk(2).Select(indices => (indices, (int?)null)));
        using var scope = NewDisposeScope();
        ahead.Next(TestContext.Current.CancellationToken);
        ahead.Next(TestContext.Current.CancellationToken);
        var fault = Assert.Throws<ImageException>(() => ahead.Next(TestContext.Current.CancellationToken));
        Assert.Contains("4.png", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_ends_when_it_is_cancelled()
    {
        using var blocked = new ManualResetEventSlim();
        var examples = new Numbered(2, before: blocked);
        using var ahead = new BatchesAhead(examples, [([0], null)]);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => ahead.Next(cancellation.Token));
        blocked.Set();
    }

    [Fact]
    public void Of_several_faulty_items_the_first_is_named()
    {
        for (var round = 0; round < 50; round++)
        {
            var fault = Assert.Throws<ImageException>(() =>
                new Numbered(64, faulty: [9, 10, 40, 63]).Arrays([.. Enumerable.Range(0, 64)], 0)
            );
            Assert.Contains("9.png", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_item_is_prepared_once()
    {
        var done = new int[1000];
        ParallelItems.For(done.Length, index => Interlocked.Increment(ref done[index]));
        Assert.All(done, count => Assert.Equal(1, count));
        ParallelItems.For(0, _ => Assert.Fail("there is none"));
    }

    /// <summary>Examples that are their own numbers.</summary>
    private sealed class Numbered(int count, int[]? faulty = null, ManualResetEventSlim? before = null) : LabeledExamples
    {
        private int prepared;

        public int Prepared => prepared;

        public override string Name => "numbers";

        public override int Count => count;

        public override IReadOnlyList<string> ClassNames => ["one"];

        public override int Label(int index) => 0;

        public override string Source(int index) => $"{index}.png";

        public override IReadOnlyList<InputArray> Arrays(ReadOnlySpan<int> indices, int? epoch)
        {
            before?.Wait();
            var chosen = indices.ToArray();
            var values = new float[chosen.Length];
            ParallelItems.For(
                values.Length,
                i =>
                    values[i] =
                        faulty?.Contains(chosen[i]) == true
                            ? throw new ImageException(Source(chosen[i]), "it is broken")
                            : chosen[i] + (100f * (epoch ?? 0))
            );
            Interlocked.Increment(ref prepared);
            return [new NumberArray("x", [values.Length], values)];
        }
    }
}
