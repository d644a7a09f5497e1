using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Measures what a manifest states of an ensemble.</summary>
public static class EnsembleMetrics
{
    /// <summary>Accuracy, NLL, Brier score and ECE under both aggregations and of the members on average, and the uncertainty.</summary>
    /// <param name="predictions">Predictions of all members on labelled examples.</param>
    /// <param name="dataset">Repository or name of the data set.</param>
    /// <param name="split">Which part of it.</param>
    /// <param name="isPart">Whether the predictions are of some examples of the split only, which the figures then state.</param>
    /// <returns>The figures, rounded to eight digits.</returns>
    /// <exception cref="ArgumentException">The predictions have no labels.</exception>
    public static IReadOnlyList<ManifestMetric> Of(Predictions predictions, string dataset, string split, bool isPart = false)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        return predictions.Labels is null
            ? throw new ArgumentException("The predictions have no labels to measure against.", nameof(predictions))
            :
            [
                .. RunMetrics
                    .Of(predictions, dataset, split)
                    .Select(metric => metric with { Examples = isPart ? predictions.Examples : null }),
            ];
    }
}
