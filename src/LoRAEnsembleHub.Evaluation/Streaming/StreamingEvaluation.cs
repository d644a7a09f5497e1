using System.Numerics;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Evaluates predictions that come in batches and would not fit into memory together.</summary>
/// <remarks>
/// Of each example some twenty numbers are kept, whatever the numbers of members and classes; of each member, counts per class and bin.
/// The figures are those of the same predictions in one piece, however they are cut into batches. Not safe to use from several threads
/// at once.
/// </remarks>
public sealed class StreamingEvaluation
{
    private readonly EnsembleRow row;
    private readonly EnsembleTally tally;
    private readonly double[] temperatures; // [members]

    /// <summary>Starts without examples.</summary>
    /// <param name="members">The number of members; 1 or more.</param>
    /// <param name="classes">The number of classes; 1 or more.</param>
    /// <param name="options">What to gather beside the usual; null for the defaults.</param>
    /// <exception cref="ArgumentException">A number is below 1, or the temperatures do not fit the members.</exception>
    public StreamingEvaluation(int members, int classes, StreamingOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        options ??= new StreamingOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.ClasswiseBins, nameof(options));
        temperatures = [.. options.Temperatures ?? [.. Enumerable.Repeat(1.0, members)]];
        PredictionsCheck.Temperatures(temperatures, members);
        (Members, Classes) = (members, classes);
        (row, tally) = (new EnsembleRow(members, classes), new EnsembleTally(members, classes, options));
    }

    /// <summary>The number of ensemble members.</summary>
    public int Members { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of examples so far.</summary>
    public int Examples => tally.Examples;

    /// <summary>[examples]; the largest mean probability, 1 / classes … 1.</summary>
    public IReadOnlyList<double> LargestProbability => [.. tally.LargestProbability];

    /// <summary>[examples]; entropy of the mean probability in nats, 0 … ln classes. See <see cref="Uncertainty"/>.</summary>
    public IReadOnlyList<double> PredictiveEntropy => [.. tally.PredictiveEntropy];

    /// <summary>[examples]; mean over members of each member's entropy in nats, 0 … ln classes.</summary>
    public IReadOnlyList<double> MeanMemberEntropy => [.. tally.MeanMemberEntropy];

    /// <summary>[examples]; the difference in nats, 0 (members agree) or more.</summary>
    public IReadOnlyList<double> MutualInformation => [.. tally.MutualInformation];

    /// <summary>Adds a batch as a model gives it.</summary>
    /// <param name="logits">[members, batch, classes], row by row, finite.</param>
    /// <param name="labels">[batch]; the true class of each, 0 … classes − 1; empty if unknown, and then for every batch.</param>
    /// <exception cref="ArgumentException">A length does not fit, a logit is not finite or a label out of range; nothing was added then.</exception>
    /// <exception cref="InvalidOperationException">Batches with and without labels are mixed; nothing was added then.</exception>
    public void Add(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels) => AddBatch(logits, labels);

    /// <summary>Adds a batch computed in double precision.</summary>
    /// <param name="logits">[members, batch, classes], row by row, finite.</param>
    /// <param name="labels">[batch]; the true class of each, 0 … classes − 1; empty if unknown, and then for every batch.</param>
    /// <exception cref="ArgumentException">A length does not fit, a logit is not finite or a label out of range; nothing was added then.</exception>
    /// <exception cref="InvalidOperationException">Batches with and without labels are mixed; nothing was added then.</exception>
    public void Add(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels) => AddBatch(logits, labels);

    /// <summary>The usual figures of the examples so far.</summary>
    /// <exception cref="InvalidOperationException">There are no examples yet, or they have no labels.</exception>
    public EvaluationSummary Summary() => tally.ToSummary();

    /// <summary>What the ensemble was worth on each example so far.</summary>
    /// <param name="aggregation">How members become one distribution.</param>
    /// <exception cref="ArgumentOutOfRangeException">The aggregation is not one of those defined.</exception>
    /// <exception cref="InvalidOperationException">There are no examples yet, or they have no labels.</exception>
    public ExampleScores Scores(Aggregation aggregation) => tally.Ensemble(aggregation).Columns.ToScores();

    /// <summary>How well each class is found, by the examples so far.</summary>
    /// <param name="aggregation">How members become one distribution.</param>
    /// <returns>[classes].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The aggregation is not one of those defined.</exception>
    /// <exception cref="InvalidOperationException">There are no examples yet, or they have no labels.</exception>
    public IReadOnlyList<ClassScores> ClassScores(Aggregation aggregation) => tally.Ensemble(aggregation).Figures.ToClassScores();

    /// <summary>The class-wise calibration error of the examples so far, over <see cref="StreamingOptions.ClasswiseBins"/> bins.</summary>
    /// <param name="aggregation">How members become one distribution.</param>
    /// <returns>0 … 1; lower is better. See <see cref="Evaluation.ClasswiseEce"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The aggregation is not one of those defined.</exception>
    /// <exception cref="InvalidOperationException">There are no examples yet, they have no labels, or the options left it out.</exception>
    public double ClasswiseEce(Aggregation aggregation) =>
        tally.Ensemble(aggregation).Classwise?.Error()
        ?? throw new InvalidOperationException(
            "The options left the class-wise error out; set ClasswiseBins to 1 or more before the first batch."
        );

    /// <summary>How far apart each two members are, by the examples so far.</summary>
    /// <returns>[members (members − 1) / 2]; first by the lower member, then by the higher.</returns>
    /// <exception cref="InvalidOperationException">There are no examples yet, or the options left it out.</exception>
    public IReadOnlyList<MemberPair> Pairs() => tally.ToPairs();

    private void AddBatch<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels)
        where T : struct, IFloatingPointIeee754<T>
    {
        var batch = PredictionsCheck.Batch(logits, labels, Members, Classes, Examples);
        tally.Expect(labelled: !labels.IsEmpty);
        for (var example = 0; example < batch; example++)
        {
            for (var member = 0; member < Members; member++)
            {
                var to = row.Logits(member);
                Lanes.Widen(logits.Slice(((member * batch) + example) * Classes, Classes), to);
                if (temperatures[member] != 1)
                {
                    Lanes.Divide(to, temperatures[member]);
                }
            }

            tally.Add(row, labels.IsEmpty ? null : labels[example]);
        }
    }
}
