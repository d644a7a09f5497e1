using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Training;

/// <summary>Where a run stands, in few words.</summary>
internal static class TrainingWords
{
    public static string Of(TrainingProgress progress) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"epoch {progress.Epoch + 1}  loss {progress.Loss:0.0000}  rate {progress.LearningRate:0.00e0}  gradient {progress.GradientNorm:0.00}"
        );
}
