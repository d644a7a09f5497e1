using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Where an axis begins and ends, and the round numbers on it.</summary>
internal sealed class AxisScale
{
    private const int MostSteps = 6;
    private readonly double step;

    private AxisScale(double low, double high, double step) => (Low, High, this.step) = (low, high, step);

    internal double Low { get; }

    internal double High { get; }

    internal IEnumerable<double> Ticks
    {
        get
        {
            var first = (long)Math.Ceiling(Math.Round(Low / step, 6));
            var last = (long)Math.Floor(Math.Round(High / step, 6));
            for (var tick = first; tick <= last; tick++)
            {
                yield return tick * step;
            }
        }
    }

    /// <summary>An axis that holds all values.</summary>
    /// <param name="values">One or more.</param>
    /// <param name="limits">Ends that are wanted; null takes round numbers around the values.</param>
    /// <param name="isWhole">Whether only whole numbers are marked.</param>
    internal static AxisScale Of(IEnumerable<double> values, (double Low, double High)? limits, bool isWhole)
    {
        var array = values.ToArray();
        var (low, high) = limits ?? (array.Min(), array.Max());
        if (high - low < 1e-9)
        {
            var room = isWhole ? 1 : Math.Max(0.01, Math.Abs(high) * 0.1);
            (low, high) = (low - room, high + room); // all values are one
        }

        var step = Step((high - low) / MostSteps);
        step = isWhole ? Math.Max(1, Math.Ceiling(step)) : step;
        return limits is null && !isWhole
            ? new AxisScale(Math.Floor(Math.Round(low / step, 6)) * step, Math.Ceiling(Math.Round(high / step, 6)) * step, step)
            : new AxisScale(low, high, step);
    }

    /// <summary>Where a value lies; 0 at the lower end, 1 at the upper.</summary>
    internal double Share(double value) => (value - Low) / (High - Low);

    internal string Words(double tick)
    {
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 9);
        return (Math.Abs(tick) < step / 2 ? 0 : tick).ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>The least of 1, 2, 5 times a power of ten that is no smaller.</summary>
    private static double Step(double atLeast)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        return power
            * (
                atLeast <= power ? 1
                : atLeast <= 2 * power ? 2
                : atLeast <= 5 * power ? 5
                : 10
            );
    }
}
