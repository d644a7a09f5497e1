namespace LoRAEnsembleHub.Evaluation;

/// <summary>Whether two systems' accuracies on the same examples differ by more than chance.</summary>
/// <param name="FirstOnly">The number of examples that only the first gets right.</param>
/// <param name="SecondOnly">The number of examples that only the second gets right.</param>
/// <param name="ExactPValue">Two-sided; never too small, and often much too large.</param>
/// <param name="MidPValue">Two-sided, counting half of what is exactly as likely as the outcome seen; close to the truth, so rather this one.</param>
/// <remarks>
/// McNemar 1947 in its exact form: of the examples on which one is right and the other wrong, each should get half. Mid-p after Fagerland,
/// Lydersen and Laake 2013.
/// </remarks>
public sealed record McNemarTest(int FirstOnly, int SecondOnly, double ExactPValue, double MidPValue)
{
    /// <summary>Compares two systems.</summary>
    /// <param name="first">[examples]; whether the first is right. See <see cref="ExampleScores.Right"/>.</param>
    /// <param name="second">[examples]; whether the second is.</param>
    /// <returns>P-values in 0 … 1; 1 where the systems never differ.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static McNemarTest Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        MetricInput.SameLength(first, second);
        var pairs = first.Zip(second).ToArray();
        var (firstOnly, secondOnly) = (pairs.Count(pair => pair is (true, false)), pairs.Count(pair => pair is (false, true)));
        var (upTo, at) = Tail(firstOnly + secondOnly, Math.Min(firstOnly, secondOnly));
        return new McNemarTest(firstOnly, secondOnly, Math.Min(1, 2 * upTo), Math.Min(1, (2 * upTo) - at));
    }

    // The chance of up to so many heads of a fair coin, and of exactly as many; at most half of the throws.
    private static (double UpTo, double At) Tail(int throws, int heads)
    {
        var log = default(CompensatedSum);
        log.Add(-throws * Math.Log(2));
        for (var step = 1; step <= heads; step++)
        {
            log.Add(Math.Log((throws - heads + step) / (double)step));
        }

        var at = Math.Exp(log.Value);
        var (term, sum) = (at, at);
        for (var below = heads; below > 0 && term > sum * 1e-18; below--)
        {
            term *= below / (double)(throws - below + 1);
            sum += term;
        }

        return (sum, at);
    }
}
