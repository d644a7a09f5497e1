namespace LoRAEnsembleHub.Evaluation;

/// <summary>A large direction of a tuned weight that the pretrained weight did not have.</summary>
/// <param name="Index">Its place among the tuned weight's singular vectors, 0 for the largest.</param>
/// <param name="SingularValue">Its singular value.</param>
/// <param name="LargestCosine">The absolute cosine to the most similar singular vector of the pretrained weight; 0 … 1.</param>
/// <remarks>
/// Shuttleworth et al. 2024, arXiv 2410.21228, algorithm 1: intruder dimensions are frequent with low-rank updates, rare with full
/// fine-tuning. If the pretrained weight has equal singular values, its vectors are not unique, and neither is the count.
/// </remarks>
public sealed record IntruderDimension(int Index, double SingularValue, double LargestCosine)
{
    /// <summary>Finds the intruders among the largest directions.</summary>
    /// <param name="pretrained">Of the pretrained weight; computed once for all members.</param>
    /// <param name="tuned">Of the weight with a member's update: see <see cref="LowRankUpdate.AddedTo"/>.</param>
    /// <param name="most">How many of the tuned weight's largest directions to look at; 1 or more, ten in the paper.</param>
    /// <param name="threshold">A direction intrudes if its cosine to every pretrained one is below this; above 0 up to 1.</param>
    /// <returns>The intruders, largest singular value first.</returns>
    /// <exception cref="ArgumentException">The weights have different numbers of rows, or a number is out of range.</exception>
    public static IReadOnlyList<IntruderDimension> Of(
        LeftSingularVectors pretrained,
        LeftSingularVectors tuned,
        int most = 10,
        double threshold = 0.5
    )
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(tuned);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (threshold is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold is a cosine, above 0 and at most 1.");
        }

        if (pretrained.Rows != tuned.Rows)
        {
            throw new ArgumentException(
                $"The pretrained weight has {pretrained.Rows} rows and the tuned one {tuned.Rows}; they must be the same layer.",
                nameof(tuned)
            );
        }

        return
        [
            .. Enumerable
                .Range(0, Math.Min(most, tuned.Values.Count))
                .Select(index => new IntruderDimension(index, tuned.Values[index], Nearest(pretrained, tuned.Vector(index))))
                .Where(direction => direction.LargestCosine < threshold),
        ];
    }

    private static double Nearest(LeftSingularVectors pretrained, ReadOnlySpan<double> direction)
    {
        var largest = 0.0;
        for (var index = 0; index < pretrained.Values.Count; index++)
        {
            largest = Math.Max(largest, Math.Abs(Lanes.Dot(pretrained.Vector(index), direction)));
        }

        return Math.Min(1, largest);
    }
}
