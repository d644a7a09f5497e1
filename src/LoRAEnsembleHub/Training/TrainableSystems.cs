using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Training;

/// <summary>Makes what a run learns; the one place where methods are told apart in training.</summary>
internal static class TrainableSystems
{
    /// <summary>Draws a system at its start.</summary>
    /// <param name="model">The base; not changed, not disposed.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="labels">Class names.</param>
    /// <param name="snapshots">When snapshots are taken; needed by the method that takes them.</param>
    /// <exception cref="TrainingException">A setting does not fit the base.</exception>
    public static TrainableSystem Draw(
        PretrainedModel model,
        TrainingOptions options,
        IReadOnlyList<string> labels,
        SnapshotSchedule? snapshots
    ) =>
        options.Method switch
        {
            TrainingMethod.ExplicitEnsemble => TrainableNetworks.Draw(model, options, labels),
            TrainingMethod.McDropout => TrainableDropout.Draw(model, options, labels),
            TrainingMethod.SnapshotEnsemble => TrainableSnapshots.Draw(model, options, labels, snapshots!),
            TrainingMethod.BatchEnsemble => TrainableScales.Draw(model, options, labels.Count),
            _ => TrainableMembers.Draw(model, options, labels.Count),
        };
}
