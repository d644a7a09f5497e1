using System.Globalization;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Where an axis begins and ends, and the round numbers on it.</summary>
internal sealed class AxisScale
{
    private const int MostSteps = 6;
    private const int MostDecimals = 4; // longer numbers would not fit beside an axis
    private const double MostFineDecades = 2.5;
    private static readonly double[] mantissas = [1, 2, 5];
    private readonly double step;
    private readonly bool isLog;

    private AxisScale(double low, double high, double step, bool isLog = false) =>
        (Low, High, this.step, this.isLog) = (low, high, step, isLog);

    internal double Low { get; }

    internal double High { get; }

    internal IEnumerable<double> Ticks
    {
        get
        {
            if (isLog)
            {
                foreach (var tick in LogTicks())
                {
                    yield return tick;
                }

                yield break;
            }

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

    /// <summary>An axis on which equal lengths are equal ratios.</summary>
    /// <param name="values">One or more, all above 0.</param>
    internal static AxisScale OfLog(IEnumerable<double> values)
    {
        var array = values.ToArray();
        var (low, high) = (RoundBelow(array.Min()), RoundAbove(array.Max()));
        return low < high ? new AxisScale(low, high, 0, isLog: true) : new AxisScale(low / 2, high * 2, 0, isLog: true);
    }

    /// <summary>Where a value lies; 0 at the lower end, 1 at the upper.</summary>
    internal double Share(double value) =>
        isLog ? Math.Log(Math.Max(value, double.Epsilon) / Low) / Math.Log(High / Low) : (value - Low) / (High - Low);

    internal string Words(double tick)
    {
        if (isLog)
        {
            var (size, unit) =
                tick >= 1e9 ? (1e9, "G")
                : tick >= 1e6 ? (1e6, "M")
                : tick >= 1e3 ? (1e3, "k")
                : (1, "");
            return string.Create(CultureInfo.InvariantCulture, $"{tick / size:0.######}{unit}");
        }

        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 9);
        var value = Math.Abs(tick) < step / 2 ? 0 : tick;
        return decimals <= MostDecimals ? value.ToString($"F{decimals}", CultureInfo.InvariantCulture)
            : value == 0 ? "0"
            : value.ToString("0.###e0", CultureInfo.InvariantCulture);
    }

    /// <summary>1, 2 and 5 times the powers of ten, or these alone where there are many.</summary>
    private IEnumerable<double> LogTicks()
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(Low) + 1e-9), (int)Math.Ceiling(Math.Log10(High) - 1e-9));
        var kept = Math.Log10(High / Low) > MostFineDecades ? mantissas[..1] : mantissas;
        for (var power = first; power <= last; power++)
        {
            foreach (var tick in kept.Select(mantissa => mantissa * Math.Pow(10, power)))
            {
                if (tick >= Low * (1 - 1e-9) && tick <= High * (1 + 1e-9))
                {
                    yield return tick;
                }
            }
        }
    }

    private static double RoundAbove(double value) => Step(value * (1 - 1e-9));

    private static double RoundBelow(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value) + 1e-9));
        return power * mantissas.Last(mantissa => mantissa * power <= value * (1 + 1e-9));
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
