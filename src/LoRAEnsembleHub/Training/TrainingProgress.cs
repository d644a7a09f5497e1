namespace LoRAEnsembleHub.Training;

/// <summary>Where a run stands after an update.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="TotalSteps">Updates in all.</param>
/// <param name="Epoch">Pass over the data that the update belongs to, from 0.</param>
/// <param name="Loss">Loss of the update's batch before it.</param>
/// <param name="LearningRate">Rate of the update.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
public readonly record struct TrainingProgress(int Step, int TotalSteps, int Epoch, double Loss, double LearningRate, double GradientNorm);
