using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Methods;

/// <summary>The cyclic learning rate and the snapshots at its ends.</summary>
public sealed class SnapshotTests
{
    // 16 epochs of 1,563 updates and 16 snapshots; 65 epochs of 251 updates and 16 snapshots
    [Theory]
    [InlineData(16, 1563, 1, 1563, 1563)]
    [InlineData(16, 1563, 0, 1563, 1563)]
    [InlineData(65, 251, 1, 1255, 1004)]
    [InlineData(65, 251, 6, 5020, 753)]
    public void The_burn_in_is_lengthened_until_the_cycles_come_out_even(int epochs, int perEpoch, int asked, int burnIn, int cycle)
    {
        var schedule = Schedule(epochs, perEpoch, 16, asked);
        Assert.Equal((burnIn, cycle), (schedule.BurnInSteps, schedule.CycleSteps));
        Assert.Equal(burnIn + (15 * cycle), epochs * perEpoch);
        int[] ends = [.. Enumerable.Range(1, epochs * perEpoch).Where(step => schedule.SnapshotsAt(step) > schedule.SnapshotsAt(step - 1))];
        Assert.Equal(Enumerable.Range(0, 16).Select(index => burnIn + (index * cycle)), ends);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(250, 0.5)]
    [InlineData(500, 1)]
    [InlineData(1562, 2.1836e-6)] // ½ (1 + cos(π 1062 / 1063))
    [InlineData(1563, 1)]
    [InlineData(1563 + 521, 0.75)] // a third of a cycle
    [InlineData(1563 + 1562, 1.0100e-6)] // ½ (1 + cos(π 1562 / 1563)), just above the floor
    [InlineData(2 * 1563, 1)]
    public void A_linear_rise_and_a_cosine_are_followed_by_cosines_of_equal_length(int step, double expected)
    {
        Assert.Equal(expected, Schedule(16, 1563, 16, 1).MultiplierAt(step), 1e-4 * Math.Max(expected, 1e-6));
    }

    [Fact]
    public void The_rate_never_falls_below_a_millionth_of_the_highest()
    {
        var schedule = Schedule(4, 20_000, 4, 1);
        Assert.Equal(1e-6, schedule.MultiplierAt(39_999), 1e-12);
        Assert.True(0.5 * (1 + Math.Cos(Math.PI * 19_999 / 20_000)) < 1e-7);
    }

    [Fact]
    public void Cycles_begin_with_the_end_of_the_burn_in_unless_the_released_code_is_to_be_matched()
    {
        var ours = Schedule(65, 251, 16, 1);
        Assert.Equal(1, ours.MultiplierAt(1255), 1e-12);
        Assert.Equal(0.5 * (1 + Math.Cos(Math.PI * 1003 / 1004)), ours.MultiplierAt(1255 + 1003), 1e-12);
        var released = SnapshotSchedule.Of(Options(65, 16, 1) with { AsReleased = true }, 65 * 251);
        Assert.Equal(0.5 * (1 + Math.Cos(Math.PI * 251 / 1004)), released.MultiplierAt(1255), 1e-12);
    }

    [Theory]
    [InlineData(8, 16, 0)]
    [InlineData(16, 16, 2)]
    [InlineData(4, 2, 4)]
    public void Runs_without_an_epoch_for_every_snapshot_are_refused(int epochs, int members, int burnIn)
    {
        var refusal = Assert.Throws<TrainingException>(() => SnapshotSchedule.Of(Options(epochs, members, burnIn), epochs * 10));
        Assert.Contains($"epochs is {epochs}", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<TrainingException>(() => SnapshotSchedule.Of(Options(4, 2, 0), 41));
        Assert.Contains("multiple", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_are_the_states_at_the_ends_of_cycles()
    {
        using var model = MethodCases.Load("vit-v4");
        using var trainer = new Trainer(model, MethodCases.Options("snapshots"), MethodCases.Examples(model)); // 6 epochs of 3 updates
        Assert.Throws<InvalidOperationException>(() => trainer.ToSystem("too early"));
        var ends = new List<byte[]>();
        while (trainer.Step < trainer.TotalSteps)
        {
            trainer.Update();
            if (trainer.Step % 6 == 0)
            {
                ends.Add(trainer.System.Parameters["classifier.weight"].detach().bytes.ToArray());
            }
        }

        using var system = trainer.ToSystem("snapshots");
        var members = ((ModelEnsemble)system.Model).Models;
        Assert.Equal(ends, members.Select(member => member.Weights["classifier.weight"].bytes.ToArray()));
        Assert.NotEqual(ends[0], ends[1]);
    }

    private static SnapshotSchedule Schedule(int epochs, int perEpoch, int members, int burnIn) =>
        SnapshotSchedule.Of(Options(epochs, members, burnIn), epochs * perEpoch);

    private static TrainingOptions Options(int epochs, int members, int burnIn) =>
        new()
        {
            Method = TrainingMethod.SnapshotEnsemble,
            Epochs = epochs,
            Members = members,
            BurnInEpochs = burnIn,
            WarmupSteps = 500,
        };
}
