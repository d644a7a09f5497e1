using LoRAEnsembleHub.Training;
using Spectre.Console;

namespace LoRAEnsembleHub.Cli.Training;

/// <summary>A bar on a terminal; it estimates the time that remains itself.</summary>
internal sealed class TrainingBar(ProgressTask bar) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        bar.Value = value.Step;
        bar.Description = Markup.Escape($"{value.Step}/{value.TotalSteps}  {TrainingWords.Of(value)}");
    }
}
