namespace LoRAEnsembleHub.Evaluation;

/// <summary>Gathers every figure of an ensemble, an example at a time.</summary>
internal sealed class EnsembleTally
{
    private readonly int classes;
    private readonly DistributionTally[] members; // [members]
    private readonly AggregateTally meanProbability;
    private readonly AggregateTally meanLogit;
    private readonly PairTally? pairs;
    private readonly int[] votes; // [classes], scratch
    private readonly double[] variance; // [classes], scratch
    private CompensatedSum varianceSum;
    private long differing;
    private bool? labelled;

    internal EnsembleTally(int members, int classes, StreamingOptions options)
    {
        this.classes = classes;
        this.members = [.. Enumerable.Range(0, members).Select(_ => new DistributionTally(classes))];
        (meanProbability, meanLogit) = (
            new AggregateTally(classes, options.ClasswiseBins),
            new AggregateTally(classes, options.ClasswiseBins)
        );
        pairs = options.Pairs ? new PairTally(members) : null;
        (votes, variance) = (new int[classes], new double[classes]);
    }

    internal int Examples => PredictiveEntropy.Count;

    internal List<double> LargestProbability { get; } = [];

    internal List<double> PredictiveEntropy { get; } = [];

    internal List<double> MeanMemberEntropy { get; } = [];

    // Rounding can leave a few units of the last place below zero where the members agree.
    internal IEnumerable<double> MutualInformation =>
        PredictiveEntropy.Zip(MeanMemberEntropy, (total, inner) => Math.Max(0.0, total - inner));

    /// <summary>Refuses to mix examples with and without labels.</summary>
    internal void Expect(bool labelled)
    {
        if (this.labelled is { } before && before != labelled)
        {
            throw new InvalidOperationException(
                before
                    ? "This batch has no labels, and the ones before had; give labels for all batches or for none."
                    : "This batch has labels, and the ones before had none; give labels for all batches or for none."
            );
        }

        this.labelled = labelled;
    }

    /// <summary>Adds the example whose logits are in the row.</summary>
    internal void Add(EnsembleRow row, int? label)
    {
        row.ApplyMembers();
        var mean = new DistributionRow(row.MeanProbability);
        LargestProbability.Add(mean.Confidence);
        PredictiveEntropy.Add(row.PredictiveEntropy);
        MeanMemberEntropy.Add(row.MeanMemberEntropy);
        differing += row.DifferingPairs(votes);
        Array.Clear(variance);
        row.AddVariance(variance);
        varianceSum.Add(Lanes.Sum(variance));
        pairs?.Add(row);
        if (label is not { } truth)
        {
            return;
        }

        row.ApplyMeanLogit();
        meanProbability.Add(mean, truth, row.MeanProbabilityLog(truth), row.PredictiveEntropy);
        meanLogit.Add(new DistributionRow(row.MeanLogit), truth, row.MeanLogitLog(truth), row.MeanLogitEntropy);
        for (var member = 0; member < members.Length; member++)
        {
            var one = new DistributionRow(row.Member(member), row.MemberLabel(member));
            members[member].Add(one, truth, row.MemberLog(member, truth), row.MemberEntropy(member));
        }
    }

    internal AggregateTally Ensemble(Aggregation aggregation)
    {
        NeedLabels();
        return aggregation switch
        {
            Aggregation.MeanProbability => meanProbability,
            Aggregation.MeanLogit => meanLogit,
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "Use MeanProbability or MeanLogit."),
        };
    }

    internal IReadOnlyList<MemberPair> ToPairs()
    {
        NeedExamples();
        return pairs?.ToPairs()
            ?? throw new InvalidOperationException("The options left the pairs of members out; set Pairs before the first batch.");
    }

    internal EvaluationSummary ToSummary()
    {
        NeedLabels();
        var scores = members.Select(member => member.ToScores()).ToArray();
        var pairCount = (double)members.Length * (members.Length - 1) / 2;
        return new EvaluationSummary
        {
            Examples = Examples,
            Classes = classes,
            MeanProbability = meanProbability.Figures.ToScores(),
            MeanLogit = meanLogit.Figures.ToScores(),
            MeanOfMembers = EvaluationScores.MeanOf(scores),
            Members = scores,
            MeanMutualInformation = CompensatedSum.Mean([.. MutualInformation]),
            MeanVariance = varianceSum.Value / ((double)Examples * classes),
            Disagreement = pairCount == 0 ? 0 : differing / (pairCount * Examples),
        };
    }

    private void NeedExamples()
    {
        if (Examples == 0)
        {
            throw new InvalidOperationException("No batch was added yet; figures need one example or more.");
        }
    }

    private void NeedLabels()
    {
        NeedExamples();
        if (labelled == false)
        {
            throw new InvalidOperationException(
                "These predictions have no labels; accuracy, likelihood and calibration need the true classes."
            );
        }
    }
}
