namespace LoRAEnsembleHub.Ensembles;

/// <summary>The probabilities of one example, summed over the members that have answered so far.</summary>
/// <param name="classes">Classes.</param>
internal sealed class RunningMean(int classes)
{
    private readonly double[] sums = new double[classes];
    private double[]? before; // the mean at the last look
    private int members;

    /// <summary>Adds a member.</summary>
    /// <param name="probabilities">[classes]; a distribution.</param>
    public void Add(ReadOnlySpan<double> probabilities)
    {
        for (var label = 0; label < sums.Length; label++)
        {
            sums[label] += probabilities[label];
        }

        members++;
    }

    /// <summary>Whether no other members can change the most probable class.</summary>
    /// <param name="left">Members that have not answered.</param>
    public bool IsDecided(int left)
    {
        var best = Array.IndexOf(sums, sums.Max());
        for (var label = 0; label < sums.Length; label++)
        {
            if (label != best && sums[best] - sums[label] <= left)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>How far the mean of a class moved at most since this was last asked; 1 when it is asked for the first time.</summary>
    public double Moved()
    {
        var mean = Array.ConvertAll(sums, sum => sum / members);
        var moved = before is null ? 1.0 : mean.Zip(before, (now, then) => Math.Abs(now - then)).Max();
        before = mean;
        return moved;
    }
}
