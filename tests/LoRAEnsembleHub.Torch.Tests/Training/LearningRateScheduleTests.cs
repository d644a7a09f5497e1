using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Expected multipliers from the official code: 500 updates of warm-up, 25,008 in all, 1,563 an epoch.</summary>
public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(250, 0.5)]
    [InlineData(500, 1)]
    [InlineData(6627, 0.8535534)]
    [InlineData(12754, 0.5)]
    [InlineData(18881, 0.1464466)]
    [InlineData(25007, 4.1079e-9)]
    [InlineData(25008, 0)]
    public void The_cosine_rises_and_falls_as_published(int step, double multiplier) =>
        Assert.Equal(
            multiplier,
            new LearningRateSchedule(ScheduleKind.Cosine, 500, 25008, 1563).MultiplierAt(step),
            1e-7 * Math.Max(1e-3, multiplier)
        );

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 0.5)]
    [InlineData(10, 1)]
    [InlineData(60, 0.5)]
    [InlineData(110, 0)]
    public void The_line_rises_and_falls(int step, double multiplier) =>
        Assert.Equal(multiplier, new LearningRateSchedule(ScheduleKind.Linear, 10, 110, 10).MultiplierAt(step), 1e-12);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.5)]
    [InlineData(2, 1)]
    [InlineData(100, 1)]
    public void The_constant_rises_and_stays(int step, double multiplier) =>
        Assert.Equal(multiplier, new LearningRateSchedule(ScheduleKind.Constant, 2, 100, 10).MultiplierAt(step), 1e-12);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(49, 1)]
    [InlineData(50, 0.85)]
    [InlineData(79, 0.614125)]
    [InlineData(80, 0.52200625)]
    public void The_epoch_step_falls_from_the_sixth_epoch(int step, double multiplier) =>
        Assert.Equal(multiplier, new LearningRateSchedule(ScheduleKind.EpochStep, 0, 250, 10).MultiplierAt(step), 1e-12);
}
