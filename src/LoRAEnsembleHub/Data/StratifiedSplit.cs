namespace LoRAEnsembleHub.Data;

/// <summary>Divides examples into those to learn from and those to measure on, each class in the same proportion.</summary>
/// <remarks>
/// The sets of scikit-learn's <c>train_test_split(…, test_size=share, stratify=labels, random_state=seed)</c>, member for member
/// (StratifiedShuffleSplit over NumPy's RandomState); their shuffled order is not kept.
/// </remarks>
internal sealed class StratifiedSplit
{
    private readonly int[] train;
    private readonly int[] test;

    private StratifiedSplit(int[] train, int[] test) => (this.train, this.test) = (train, test);

    /// <summary>One of the two sides, in rising order.</summary>
    internal IReadOnlyList<int> Side(bool isTest) => isTest ? test : train;

    /// <summary>Divides.</summary>
    /// <param name="labels">[examples]; 0 … classes − 1.</param>
    /// <param name="testShare">Share of the examples to measure on; above 0 and below 1.</param>
    /// <param name="seed">Random state.</param>
    /// <param name="where">The data set, for messages.</param>
    /// <param name="things">What the examples are, for messages.</param>
    /// <exception cref="DataSetException">A class has fewer than two examples, or a side would have fewer examples than there are classes.</exception>
    internal static StratifiedSplit Of(IReadOnlyList<int> labels, double testShare, uint seed, string where, string things = "examples")
    {
        var classes = ClassesOf(labels);
        var (trainCount, testCount) = Counts(labels.Count, testShare);
        if (!CanDivide(labels, testShare))
        {
            throw DataSetException.Unfit(
                $"{where}: {labels.Count} {things} of {classes.Length} classes, the smallest with {classes.Min(members => members.Length)}, "
                    + "cannot be divided; every class needs two or more, and each side as many as there are classes. Open another split, such as 'all'."
            );
        }

        var random = new NumpyRandom(seed);
        var counts = classes.Select(members => members.Length).ToArray();
        var trainCounts = Proportional(counts, trainCount, random);
        var testCounts = Proportional([.. counts.Zip(trainCounts, (all, taken) => all - taken)], testCount, random);
        var (train, test) = (new List<int>(), new List<int>());
        for (var label = 0; label < classes.Length; label++)
        {
            var order = random.NextPermutation(counts[label]).Select(place => classes[label][place]).ToArray();
            train.AddRange(order[..trainCounts[label]]);
            test.AddRange(order[trainCounts[label]..(trainCounts[label] + testCounts[label])]);
        }

        return new StratifiedSplit([.. train.Order()], [.. test.Order()]);
    }

    /// <summary>Whether every class has two examples or more, and each side would have as many as there are classes.</summary>
    internal static bool CanDivide(IReadOnlyList<int> labels, double testShare)
    {
        var (classes, (trainCount, testCount)) = (ClassesOf(labels), Counts(labels.Count, testShare));
        return classes.Length > 0 && classes.Min(members => members.Length) >= 2 && Math.Min(testCount, trainCount) >= classes.Length;
    }

    private static (int Train, int Test) Counts(int examples, double testShare)
    {
        var test = (int)Math.Ceiling(testShare * examples);
        return (examples - test, test);
    }

    private static int[][] ClassesOf(IReadOnlyList<int> labels) =>
        [.. labels.Index().GroupBy(label => label.Item, label => label.Index).OrderBy(group => group.Key).Select(group => group.ToArray())];

    /// <summary>Draws in proportion to counts, rounded down; what is left goes to the largest remainders, equal ones at random.</summary>
    private static int[] Proportional(int[] counts, int draws, NumpyRandom random)
    {
        var all = counts.Sum();
        var exact = counts.Select(count => (double)count / all * draws).ToArray();
        var taken = exact.Select(value => (int)Math.Floor(value)).ToArray();
        var left = draws - taken.Sum();
        foreach (
            var equal in exact
                .Index()
                .GroupBy(pair => pair.Item - Math.Floor(pair.Item), pair => pair.Index)
                .OrderByDescending(group => group.Key)
        )
        {
            if (left == 0)
            {
                break;
            }

            var places = equal.ToArray();
            var added = Math.Min(places.Length, left);
            foreach (var place in random.NextPermutation(places.Length).Take(added))
            {
                taken[places[place]]++;
            }

            left -= added;
        }

        return taken;
    }
}
