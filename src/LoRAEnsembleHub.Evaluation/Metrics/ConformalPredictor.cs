namespace LoRAEnsembleHub.Evaluation;

/// <summary>Turns distributions into sets of classes that hold the true one with a promised frequency.</summary>
/// <remarks>
/// Split conformal prediction (Vovk et al. 2005; Angelopoulos and Bates 2021, arXiv 2107.07511). If calibration and new examples are
/// exchangeable, a set misses the true class at most a share <see cref="Alpha"/> of the time, whatever the model is worth. A good model
/// shows in small sets.
/// </remarks>
public sealed record ConformalPredictor
{
    private const long OfCalibration = 0; // The two kinds of example draw from streams of their own.
    private const long OfSets = 1;

    private ConformalPredictor(ConformalScore score, double alpha, long seed, double threshold) =>
        (Score, Alpha, Seed, Threshold) = (score, alpha, seed, threshold);

    /// <summary>The score used.</summary>
    public ConformalScore Score { get; }

    /// <summary>The share of misses allowed; above 0 and below 1.</summary>
    public double Alpha { get; }

    /// <summary>The seed of the random part; only <see cref="ConformalScore.RandomisedSets"/> has one.</summary>
    public long Seed { get; }

    /// <summary>The highest score still in a set; infinite, so that sets hold everything, if the calibration examples were too few.</summary>
    public double Threshold { get; }

    /// <summary>Finds the threshold: the ⌈(n + 1)(1 − alpha)⌉-th smallest score of the true classes.</summary>
    /// <param name="probabilities">[examples, classes]; of examples used neither for training nor for the report.</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <param name="alpha">The share of misses allowed; above 0 and below 1.</param>
    /// <param name="score">The score to use.</param>
    /// <param name="seed">Of the random part of <see cref="ConformalScore.RandomisedSets"/>; the other scores do not read it.</param>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities, or alpha is out of range.</exception>
    public static ConformalPredictor Calibrate(
        Probabilities probabilities,
        IReadOnlyList<int> labels,
        double alpha,
        ConformalScore score,
        long seed = 0
    )
    {
        MetricInput.Check(probabilities, labels);
        if (!Enum.IsDefined(score))
        {
            throw new ArgumentOutOfRangeException(nameof(score), score, "Use LeastAmbiguous, AdaptiveSets or RandomisedSets.");
        }

        if (alpha is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha, the share of misses allowed, must be above 0 and below 1.");
        }

        var scores = labels
            .Select((label, example) => Scores(probabilities, example, score, Draw(seed, OfCalibration, example))[label])
            .Order()
            .ToArray();
        var rank = (int)Math.Ceiling(Math.Round((scores.Length + 1) * (1 - alpha), 9)); // 150 × 0.82 is a little above 123
        return new ConformalPredictor(score, alpha, seed, rank <= scores.Length ? scores[rank - 1] : double.PositiveInfinity);
    }

    /// <summary>The classes that may be the true one.</summary>
    /// <param name="probabilities">[examples, classes].</param>
    /// <param name="example">Which example.</param>
    /// <returns>Class numbers, lowest first; can be empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public IReadOnlyList<int> SetOf(Probabilities probabilities, int example)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        var scores = Scores(probabilities, example, Score, Draw(Seed, OfSets, example));
        return [.. Enumerable.Range(0, scores.Length).Where(label => scores[label] <= Threshold)];
    }

    /// <summary>Tries the sets on labelled examples.</summary>
    /// <param name="probabilities">[examples, classes]; of examples not used for calibration.</param>
    /// <param name="labels">[examples]; the true class of each.</param>
    /// <returns>Share of sets with the true class (should be near 1 − alpha or above) and classes per set (lower is better).</returns>
    /// <exception cref="ArgumentException">The labels do not fit the probabilities.</exception>
    public (double Coverage, double MeanSize) Try(Probabilities probabilities, IReadOnlyList<int> labels)
    {
        MetricInput.Check(probabilities, labels);
        var sets = Enumerable.Range(0, labels.Count).Select(example => SetOf(probabilities, example)).ToArray();
        return (sets.Zip(labels, (set, label) => set.Contains(label) ? 1.0 : 0.0).Average(), sets.Average(set => set.Count));
    }

    /// <summary>The same sets with another threshold.</summary>
    internal ConformalPredictor At(double threshold) => new(Score, Alpha, Seed, threshold);

    private static double Draw(long seed, long purpose, int example) => new SeededDraws(seed, purpose, example).Share();

    private static double[] Scores(Probabilities probabilities, int example, ConformalScore score, double draw)
    {
        var row = probabilities.Of(example).ToArray();
        if (score == ConformalScore.LeastAmbiguous)
        {
            return Array.ConvertAll(row, probability => 1 - probability);
        }

        var order = Enumerable.Range(0, row.Length).ToArray();
        Array.Sort(order, (one, other) => row[one] == row[other] ? one.CompareTo(other) : row[other].CompareTo(row[one]));
        var (scores, sum, share) = (new double[row.Length], 0.0, score == ConformalScore.RandomisedSets ? draw : 1);
        foreach (var label in order)
        {
            scores[label] = sum + (share * row[label]);
            sum += row[label];
        }

        return scores;
    }
}
