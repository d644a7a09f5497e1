using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

/// <summary>What must hold for every family of bases.</summary>
public sealed class FamilyInvariants
{
    public static TheoryData<string> Families => ["vit-r4", "deit-r4", "deit-teacher", "ast-r4", "bert-r4"];

    public static TheoryData<string, int?, long?> Chunks
    {
        get
        {
            var chunks = new TheoryData<string, int?, long?>();
            foreach (var name in Families.Select(row => row.Data))
            {
                chunks.Add(name, 1, null);
                chunks.Add(name, 2, null);
                chunks.Add(name, null, 1);
                chunks.Add(name, null, 200_000);
            }

            return chunks;
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Members_whose_up_factors_are_zero_leave_the_base_unchanged(string name)
    {
        using var family = new GoldenFamily(name);
        var options = new ForwardOptions { HiddenStates = true };
        using var before = family.Run(options);
        using var fresh = family.Fresh(members: 3);
        family.Model.Attach(fresh);
        using var after = family.Run(options);
        for (var member = 0; member < 3; member++)
        {
            var same = before.Named["last_hidden_state"].equal(after.Named["last_hidden_state"][member]).all();
            Assert.True(same.item<bool>(), $"member {member} differs from the base");
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Detaching_gives_the_base_back_bit_by_bit(string name)
    {
        using var family = new GoldenFamily(name);
        using var before = family.Run();
        family.Model.Attach(family.Set);
        using var between = family.Run();
        Assert.Same(family.Set, family.Model.Detach());
        using var after = family.Run();
        Assert.Equal(3, between.Logits.dim());
        Assert.True(before.Logits.bytes.SequenceEqual(after.Logits.bytes));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task A_merged_member_gives_the_logits_of_the_attached_one_also_when_saved_and_loaded(string name)
    {
        using var family = new GoldenFamily(name);
        using var scratch = new Native.ScratchFolder();
        using var before = family.Run();
        family.Model.Attach(family.Set);
        using var together = family.Run();
        for (var member = 0; member < family.Set.Count; member++)
        {
            using var merged = family.Model.Merge(family.Set, member);
            using var alone = merged.Forward(family.Inputs);
            AssertClose(together.Logits[member], alone.Logits, 2e-5);
            Assert.Equal(family.Set.Classes, merged.Labels.Count);
            await merged.SaveAsync(scratch.Path, TestContext.Current.CancellationToken);
            using var loaded = PretrainedModels.Load(scratch.Path);
            using var again = loaded.Forward(family.Inputs);
            Assert.True(alone.Logits.bytes.SequenceEqual(again.Logits.bytes));
            Assert.Equal(merged.Labels, loaded.Labels);
            Assert.Equal(["transformers 4"], loaded.Report.Layouts);
        }

        family.Model.Detach();
        using var after = family.Run();
        Assert.True(before.Logits.bytes.SequenceEqual(after.Logits.bytes));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Each_member_alone_gives_its_slice_of_the_ensemble(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        using var together = family.Run();
        for (var member = 0; member < family.Set.Count; member++)
        {
            using var one = family.Read(member);
            family.Model.Swap(one);
            using var alone = family.Run();
            AssertClose(together.Logits[member], alone.Logits[0], 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Members_in_another_order_give_their_logits_in_that_order(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        using var forth = family.Run();
        using var reversed = family.Read([.. Enumerable.Range(0, family.Set.Count).Reverse()]);
        family.Model.Swap(reversed);
        using var back = family.Run();
        AssertClose(forth.Logits.flip(0), back.Logits, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Examples_in_another_order_give_their_logits_in_that_order(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        using var forth = family.Run();
        using var back = family.Model.Forward(family.Inputs.ToDictionary(input => input.Key, input => input.Value.flip(0)));
        AssertClose(forth.Logits.flip(1), back.Logits, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public void Chunks_of_any_size_give_the_same_outputs(string name, int? memberChunk, long? budget)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        var options = new ForwardOptions { HiddenStates = true };
        using var whole = family.Run(options);
        using var chunked = family.Run(
            options with
            {
                MemberChunk = memberChunk,
                ActivationBudgetBytes = budget ?? options.ActivationBudgetBytes,
            }
        );
        Assert.Equal(whole.Named.Keys.Order(), chunked.Named.Keys.Order());
        foreach (var (key, tensor) in whole.Named)
        {
            AssertClose(tensor, chunked.Named[key], 2e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_hundred_predictions_leave_as_many_live_tensors_as_one(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        using (family.Run()) { }
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 100; i++)
        {
            using (family.Run(new ForwardOptions { HiddenStates = i % 2 == 0 })) { }
        }

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Predictions_on_several_threads_are_those_of_one(string name)
    {
        using var family = new GoldenFamily(name);
        family.Model.Attach(family.Set);
        using var expected = family.Run();
        Parallel.For(
            0,
            8,
            _ =>
            {
                using var outputs = family.Run();
                AssertClose(expected.Logits, outputs.Logits, 1e-5);
            }
        );
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_adapter_shows_the_type_of_its_base_without_it(string name)
    {
        using var family = new GoldenFamily(name);
        var survey = AdapterSurvey.Read(family.Members[0]);
        Assert.Equal(family.Model.Config.ModelType, survey.ModelType);
        Assert.Equal(family.Set.Classes, (int?)survey.Classes);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var largest = (expected - actual).abs().max().item<float>();
        Assert.True(largest <= tolerance, $"largest difference {largest:g3} is above {tolerance:g3}");
    }
}
