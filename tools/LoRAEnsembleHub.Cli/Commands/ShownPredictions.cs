using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Puts what an ensemble says into the words of its classes.</summary>
/// <param name="predictions">With class names.</param>
/// <param name="aggregation">How members become one prediction.</param>
/// <param name="top">Classes to name; 1 or more.</param>
/// <param name="withMembers">Whether every member's probabilities are told.</param>
internal sealed class ShownPredictions(Predictions predictions, Aggregation aggregation, int top, bool withMembers)
{
    /// <summary>One input.</summary>
    /// <param name="index">Which one.</param>
    /// <param name="examples">The examples that were predicted.</param>
    /// <param name="isLabelled">Whether their classes are known.</param>
    /// <param name="place">Where it is among the predictions; null for the same place.</param>
    public ShownPrediction Of(int index, LabeledExamples examples, bool isLabelled, int? place = null)
    {
        var row = place ?? index;
        var found = ExamplePrediction.Of(predictions, row, aggregation);
        var truth = isLabelled && examples.HasLabels ? examples.ClassNames[examples.Label(index)] : null;
        // classes of another data set are none of the model's, so nothing can be right or wrong
        var isComparable = truth is not null && (predictions.ClassNames?.Contains(truth) ?? false);
        return new ShownPrediction
        {
            Input = examples.Source(index),
            Text = examples.Text(index),
            TrueLabel = truth,
            IsCorrect = isComparable ? truth == Name(found.Label) : null,
            Label = Name(found.Label),
            LabelIndex = found.Label,
            Probability = found.Confidence,
            PredictiveEntropy = found.PredictiveEntropy,
            MeanMemberEntropy = found.MeanMemberEntropy,
            MutualInformation = found.MutualInformation,
            Votes =
            [
                .. found
                    .Votes.Index()
                    .Where(vote => vote.Item > 0)
                    .OrderByDescending(vote => vote.Item)
                    .Select(vote => new LabelVotes(Name(vote.Index), vote.Item)),
            ],
            Top =
            [
                .. found
                    .Probabilities.Index()
                    .OrderByDescending(entry => entry.Item)
                    .Take(top)
                    .Select(entry => new LabelProbability(Name(entry.Index), entry.Item)),
            ],
            Probabilities = found.Probabilities,
            MemberPredictions = withMembers ? [.. Enumerable.Range(0, predictions.Members).Select(member => Member(member, row))] : null,
        };
    }

    private MemberPrediction Member(int member, int index)
    {
        var own = predictions.Member(member).Take(index..(index + 1)).Aggregate(aggregation);
        return new MemberPrediction(member, Name(own.Label(0)), own.Confidence(0), own.Of(0).ToArray());
    }

    private string Name(int label) => predictions.ClassNames?[label] ?? $"{label}";
}
