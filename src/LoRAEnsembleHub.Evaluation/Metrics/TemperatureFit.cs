namespace LoRAEnsembleHub.Evaluation;

/// <summary>The one number that, dividing the logits, makes held-out labels most likely.</summary>
/// <param name="Temperature">The number; above 1 if the ensemble was too sure.</param>
/// <param name="Before">Negative log-likelihood at temperature 1, in nats.</param>
/// <param name="After">Negative log-likelihood at this temperature, in nats; never above the one before.</param>
/// <param name="AtLimit">Whether the best value lies at an end of the range e⁻⁴ … e⁴, which says that the data do not determine it.</param>
/// <remarks>
/// Guo et al. 2017, arXiv 1706.04599, section 4.2; for ensembles Rahaman and Thiery 2021, arXiv 2007.08792: fit the ensemble's own
/// likelihood. Its slope is brought to zero by Newton's method inside a bracket. Any temperature the predictions already have is left out
/// of account, so the result goes to <see cref="Predictions.WithTemperature(double)"/> as it is. Never fit on the data that are reported.
/// </remarks>
public sealed record TemperatureFit(double Temperature, double Before, double After, bool AtLimit)
{
    private const double Limit = 4; // of ln T
    private const double Step = 0.2; // fine enough to find the right valley of a likelihood that may have several
    private const int MostSteps = 200; // bisection alone is done after 60

    /// <summary>Fits one temperature for the ensemble.</summary>
    /// <param name="predictions">Held-out predictions with labels.</param>
    /// <param name="aggregation">The aggregation the temperature is for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The aggregation is not one of those defined.</exception>
    /// <exception cref="InvalidOperationException">The predictions have no labels.</exception>
    public static TemperatureFit Of(Predictions predictions, Aggregation aggregation)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var likelihood = new TemperedLikelihood(predictions, predictions.NeededLabels(), aggregation);
        var before = likelihood.At(1).Value;
        var (low, start, high) = likelihood.IsConvex ? (Math.Exp(-Limit), 1.0, Math.Exp(Limit)) : Valley(likelihood, before);
        var best = Minimum(likelihood, low, start, high);
        var after = likelihood.At(best).Value;
        if (!(after <= before)) // But for rounding, this is where nothing can be won.
        {
            (best, after) = (1, before);
        }

        return new TemperatureFit(1 / best, before, after, IsLimit(best));
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

    // Inverse temperatures around the lowest point of a grid, which temperature 1 belongs to.
    private static (double Low, double Lowest, double High) Valley(TemperedLikelihood likelihood, double before)
    {
        var (lowest, at) = (before, 0.0);
        for (var step = 0; step <= (int)Math.Round(2 * Limit / Step); step++)
        {
            var point = -Limit + (step * Step);
            if (likelihood.At(Math.Exp(point)).Value is var value && value < lowest)
            {
                (lowest, at) = (value, point);
            }
        }

        return (Math.Exp(Math.Max(-Limit, at - Step)), Math.Exp(at), Math.Exp(Math.Min(Limit, at + Step)));
    }

    // Newton's method on the slope; a step that would leave the bracket, or climb, halves the bracket (in ln T) instead.
    private static double Minimum(TemperedLikelihood likelihood, double low, double start, double high)
    {
        var at = start;
        var (_, slope, curvature) = likelihood.At(at);
        var end = slope < 0 ? high : low;
        if (slope != 0 && IsLimit(end) && Math.Sign(likelihood.At(end).Slope) * Math.Sign(slope) >= 0)
        {
            return end; // It falls all the way.
        }

        for (var step = 0; step < MostSteps && slope != 0; step++)
        {
            (low, high) = slope < 0 ? (at, high) : (low, at);
            var next = at - (slope / curvature);
            next = curvature > 0 && next > low && next < high ? next : Math.Sqrt(low * high);
            if (Math.Abs(next - at) <= 1e-15 * at)
            {
                break;
            }

            at = next;
            (_, slope, curvature) = likelihood.At(at);
        }

        return at;
    }

    private static bool IsLimit(double inverse) => Math.Abs(Math.Log(inverse)) > Limit - 1e-6;
}
