namespace LoRAEnsembleHub.Evaluation;

/// <summary>One example: the logits of every member and what follows from them. The same object serves one example after another.</summary>
/// <remarks>Everything that is computed from predictions passes through here, so that whole arrays and batches give the same bits.</remarks>
internal sealed class EnsembleRow
{
    /// <summary>Below, doubles lose digits and then vanish; their logarithms must come from the logits.</summary>
    internal const double Exact = 1e-290;

    private readonly int classes;
    private readonly double[] logits; // [members, classes], over the temperature
    private readonly double[] members; // [members, classes], probabilities
    private readonly Softmax[] scales; // [members]
    private readonly int[] labels; // [members]
    private readonly double[] memberLogs; // [members]
    private readonly double[] meanProbability; // [classes]
    private readonly double[] meanLogits; // [classes]
    private readonly double[] ofMeanLogits; // [classes], probabilities
    private Softmax meanScale;

    internal EnsembleRow(int members, int classes)
    {
        (Members, this.classes) = (members, classes);
        (logits, this.members) = (new double[members * classes], new double[members * classes]);
        (scales, labels, memberLogs) = (new Softmax[members], new int[members], new double[members]);
        (meanProbability, meanLogits, ofMeanLogits) = (new double[classes], new double[classes], new double[classes]);
    }

    /// <summary>The number of members.</summary>
    internal int Members { get; }

    /// <summary>[classes]; the mean of the members' distributions.</summary>
    internal ReadOnlySpan<double> MeanProbability => meanProbability;

    /// <summary>[classes]; the softmax of the mean logits.</summary>
    internal ReadOnlySpan<double> MeanLogit => ofMeanLogits;

    /// <summary>The entropy of <see cref="MeanLogit"/> in nats.</summary>
    internal double MeanLogitEntropy => meanScale.Entropy;

    /// <summary>The entropy of <see cref="MeanProbability"/> in nats. That of a single member is its own to the last bit.</summary>
    internal double PredictiveEntropy => Members == 1 ? scales[0].Entropy : Lanes.Entropy(meanProbability);

    /// <summary>The mean over members of their entropies, in nats.</summary>
    internal double MeanMemberEntropy
    {
        get
        {
            var sum = 0.0;
            foreach (var scale in scales)
            {
                sum += scale.Entropy;
            }

            return sum / Members;
        }
    }

    /// <summary>[classes]; where the caller puts a member's logits over its temperature.</summary>
    internal Span<double> Logits(int member) => logits.AsSpan(member * classes, classes);

    /// <summary>[classes]; the distribution of one member.</summary>
    internal ReadOnlySpan<double> Member(int member) => members.AsSpan(member * classes, classes);

    /// <summary>The most probable class of one member; the lowest of several equal ones.</summary>
    internal int MemberLabel(int member) => labels[member];

    /// <summary>The entropy of one member in nats.</summary>
    internal double MemberEntropy(int member) => scales[member].Entropy;

    /// <summary>The logarithm of a member's probability.</summary>
    internal double MemberLog(int member, int label) => scales[member].LogOf(logits[(member * classes) + label]);

    /// <summary>The logarithm of a probability of <see cref="MeanProbability"/>.</summary>
    internal double MeanProbabilityLog(int label) =>
        meanProbability[label] > Exact ? Lanes.Log(meanProbability[label]) : LogFromMembers(label);

    /// <summary>The logarithm of a probability of <see cref="MeanLogit"/>.</summary>
    internal double MeanLogitLog(int label) => meanScale.LogOf(meanLogits[label]);

    /// <summary>Takes the logits of one example of predictions.</summary>
    internal void Take(Predictions predictions, int example)
    {
        for (var member = 0; member < Members; member++)
        {
            var row = Logits(member);
            predictions.Logits(member, example).CopyTo(row);
            if (predictions.Temperatures[member] is not 1.0 and var temperature)
            {
                Lanes.Divide(row, temperature);
            }
        }
    }

    /// <summary>Computes the members' distributions and their mean.</summary>
    internal void ApplyMembers()
    {
        Array.Clear(meanProbability);
        for (var member = 0; member < Members; member++)
        {
            scales[member] = Softmax.Apply(Logits(member), members.AsSpan(member * classes, classes));
            labels[member] = RowScore.Label(Member(member));
            Lanes.Add(Member(member), meanProbability);
        }

        Lanes.Divide(meanProbability, Members);
    }

    /// <summary>Computes the distribution of the mean logits.</summary>
    internal void ApplyMeanLogit()
    {
        Array.Clear(meanLogits);
        for (var member = 0; member < Members; member++)
        {
            Lanes.Add(Logits(member), meanLogits);
        }

        Lanes.Divide(meanLogits, Members);
        meanScale = Softmax.Apply(meanLogits, ofMeanLogits);
    }

    /// <summary>Writes the logarithms of <see cref="MeanProbability"/>.</summary>
    internal void MeanProbabilityLogs(Span<double> logs)
    {
        Lanes.Logs(meanProbability, logs);
        for (var label = 0; label < classes; label++)
        {
            if (meanProbability[label] <= Exact)
            {
                logs[label] = LogFromMembers(label);
            }
        }
    }

    /// <summary>Adds to each class the population variance of its probability over the members.</summary>
    internal void AddVariance(Span<double> to)
    {
        for (var member = 0; member < Members; member++)
        {
            Lanes.AddSquaredDistance(Member(member), meanProbability, Members, to);
        }
    }

    /// <summary>How many pairs of members name different classes.</summary>
    /// <param name="votes">[classes]; scratch.</param>
    internal long DifferingPairs(Span<int> votes)
    {
        // Pairs of the same vote are counted instead of comparing every pair: the cost grows with members, not their square.
        votes.Clear();
        var differing = (long)Members * (Members - 1) / 2;
        for (var member = 0; member < Members; member++)
        {
            differing -= votes[labels[member]]++;
        }

        return differing;
    }

    /// <summary>½ (KL(p‖q) + KL(q‖p)) = ½ Σ (p − q)(ln p − ln q) of two members in nats, never negative.</summary>
    internal double Divergence(int first, int second)
    {
        var p = Member(first);
        var q = Member(second);
        var (one, other) = (scales[first], scales[second]);
        var sum = 0.0;
        for (var label = 0; label < p.Length; label++)
        {
            sum += (p[label] - q[label]) * (one.LogOf(Logits(first)[label]) - other.LogOf(Logits(second)[label]));
        }

        return Math.Max(0, sum / 2);
    }

    private double LogFromMembers(int label)
    {
        for (var member = 0; member < Members; member++)
        {
            memberLogs[member] = MemberLog(member, label);
        }

        return Softmax.LogOfSum(memberLogs) - Math.Log(Members);
    }
}
