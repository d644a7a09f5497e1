using System.Diagnostics;
using System.Globalization;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Training;

/// <summary>A line now and then, for logs.</summary>
/// <param name="session">Where the lines go.</param>
/// <param name="firstStep">Updates done before this process began.</param>
/// <param name="every">Updates between lines; 1 or more.</param>
internal sealed class TrainingLines(Session session, int firstStep, int every) : IProgress<TrainingProgress>
{
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public void Report(TrainingProgress value)
    {
        if (value.Step % every != 0 && value.Step != value.TotalSteps)
        {
            return;
        }

        var rate = (value.Step - firstStep) / Math.Max(1e-9, clock.Elapsed.TotalSeconds);
        var left = TimeSpan.FromSeconds((value.TotalSteps - value.Step) / rate);
        session.Note(
            string.Create(
                CultureInfo.InvariantCulture,
                $"update {value.Step}/{value.TotalSteps}  {TrainingWords.Of(value)}  {rate:0.00} updates/s  {(int)left.TotalHours}:{left:mm\\:ss} left"
            )
        );
    }
}
