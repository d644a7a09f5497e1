using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Predicts whole sets of examples with what is loaded, at its own temperatures.</summary>
/// <param name="session">Where progress and warnings go.</param>
/// <param name="batchSize">Inputs computed together.</param>
/// <param name="cancellationToken">Tested between batches.</param>
internal sealed class Measuring(Session session, int batchSize, CancellationToken cancellationToken)
{
    /// <summary>Inputs computed together where nothing else is asked for.</summary>
    public const int UsualBatchSize = 64;

    /// <summary>Predicts one set.</summary>
    /// <param name="loaded">What predicts.</param>
    /// <param name="examples">The set.</param>
    /// <param name="withLabels">Whether its labels are those of the model.</param>
    /// <param name="isRepeated">Whether the same examples were predicted before in another way, and what there is to warn of was said.</param>
    public Predictions Predict(LoadedModel loaded, LabeledExamples examples, bool withLabels, bool isRepeated = false)
    {
        var predicted = PredictRaw(loaded, examples, withLabels);
        if (!isRepeated)
        {
            session.WarnOf(examples);
        }

        return predicted.WithTemperature(loaded.Temperatures);
    }

    /// <summary>Predicts one set at temperature 1, and warns of nothing.</summary>
    /// <param name="loaded">What predicts.</param>
    /// <param name="examples">The set.</param>
    /// <param name="withLabels">Whether its labels are those of the model.</param>
    public Predictions PredictRaw(LoadedModel loaded, LabeledExamples examples, bool withLabels) =>
        session.Track(
            $"Predicting {examples.Name}",
            examples.Count,
            progress => Predictor.Predict(loaded.Model, examples, loaded.Labels, withLabels, batchSize, progress, cancellationToken)
        );
}
