namespace LoRAEnsembleHub.Evaluation;

/// <summary>The one number that, dividing the logits, makes held-out labels most likely.</summary>
/// <param name="Temperature">The number; above 1 if the ensemble was too sure.</param>
/// <param name="Before">Negative log-likelihood at temperature 1, in nats.</param>
/// <param name="After">Negative log-likelihood at this temperature, in nats; never above the one before.</param>
/// <param name="AtLimit">Whether the best value lies at an end of the range e⁻⁴ … e⁴, which says that the data do not determine it.</param>
/// <remarks>
/// Guo et al. 2017, arXiv 1706.04599, section 4.2; for ensembles Rahaman and Thiery 2021, arXiv 2007.08792: fit the ensemble's own
/// likelihood. Any temperature the predictions already have is left out of account, so the result goes to
/// <see cref="Predictions.WithTemperature(double)"/> as it is. Never fit on the data that are reported.
/// </remarks>
public sealed record TemperatureFit(double Temperature, double Before, double After, bool AtLimit)
{
    private const double Limit = 4; // of ln T
    private const double Step = 0.2; // fine enough to find the right valley of a likelihood that may have several
    private const double Precision = 1e-10;
    private static readonly double GoldenSection = (Math.Sqrt(5) - 1) / 2;

    /// <summary>Fits one temperature for the ensemble.</summary>
    /// <param name="predictions">Held-out predictions with labels.</param>
    /// <param name="aggregation">The aggregation the temperature is for.</param>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static TemperatureFit Of(Predictions predictions, Aggregation aggregation)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var labels = predictions.NeededLabels();
        double Likelihood(double logTemperature) => TemperedLikelihood.Of(predictions, labels, aggregation, Math.Exp(logTemperature));

        var grid = Enumerable.Range(0, (int)Math.Round(2 * Limit / Step) + 1).Select(i => -Limit + (i * Step)).ToArray();
        var lowest = grid.Select(x => (Value: Likelihood(x), At: x)).Min();
        var before = Likelihood(0);
        if (lowest.Value >= before)
        {
            lowest = (before, 0);
        }

        var best = Minimum(Likelihood, Math.Max(-Limit, lowest.At - Step), Math.Min(Limit, lowest.At + Step));
        var after = Likelihood(best);
        (best, after) = after <= lowest.Value ? (best, after) : (lowest.At, lowest.Value);
        return new TemperatureFit(Math.Exp(best), before, after, Math.Abs(best) > Limit - 1e-6);
    }

    /// <summary>Fits a temperature for each member alone.</summary>
    /// <param name="predictions">Held-out predictions with labels.</param>
    /// <returns>[members].</returns>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static IReadOnlyList<TemperatureFit> PerMember(Predictions predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        return [.. Enumerable.Range(0, predictions.Members).Select(member => Of(predictions.Member(member), Aggregation.MeanLogit))];
    }

    // Golden-section search (Kiefer 1953).
    private static double Minimum(Func<double, double> of, double low, double high)
    {
        var (left, right) = (high - (GoldenSection * (high - low)), low + (GoldenSection * (high - low)));
        var (atLeft, atRight) = (of(left), of(right));
        while (high - low > Precision)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (GoldenSection * (high - low));
                atLeft = of(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (GoldenSection * (high - low));
                atRight = of(right);
            }
        }

        return (low + high) / 2;
    }
}
