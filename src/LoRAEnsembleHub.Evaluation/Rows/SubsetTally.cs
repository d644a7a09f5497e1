namespace LoRAEnsembleHub.Evaluation;

/// <summary>Gathers accuracy and likelihood of some of the members, an example at a time.</summary>
internal sealed class SubsetTally
{
    private readonly int[] members;
    private readonly Aggregation aggregation;
    private readonly double[] mean; // [classes], scratch
    private readonly double[] logs; // [members], scratch
    private CompensatedSum likelihood;
    private int right;
    private int examples;

    internal SubsetTally(int[] members, int classes, Aggregation aggregation)
    {
        this.members = members;
        this.aggregation = aggregation is Aggregation.MeanProbability or Aggregation.MeanLogit
            ? aggregation
            : throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "Use MeanProbability or MeanLogit.");
        (mean, logs) = (new double[classes], new double[members.Length]);
    }

    internal int Members => members.Length;

    internal double Accuracy => right / (double)examples;

    internal double NegativeLogLikelihood => likelihood.Value / examples;

    internal void Add(EnsembleRow row, int truth)
    {
        Array.Clear(mean);
        foreach (var member in members)
        {
            Lanes.Add(aggregation == Aggregation.MeanLogit ? row.Logits(member) : row.Member(member), mean);
        }

        Lanes.Divide(mean, members.Length);
        var log = aggregation == Aggregation.MeanLogit ? LogOfMeanLogit(truth) : LogOfMeanProbability(row, truth);
        examples++;
        right += RowScore.Label(mean) == truth ? 1 : 0;
        likelihood.Add(-log);
    }

    private double LogOfMeanLogit(int truth)
    {
        var logit = mean[truth];
        return Softmax.Apply(mean, mean).LogOf(logit);
    }

    private double LogOfMeanProbability(EnsembleRow row, int truth)
    {
        if (mean[truth] > EnsembleRow.Exact)
        {
            return Lanes.Log(mean[truth]);
        }

        for (var at = 0; at < members.Length; at++)
        {
            logs[at] = row.MemberLog(members[at], truth);
        }

        return Softmax.LogOfSum(logs) - Math.Log(members.Length);
    }
}
