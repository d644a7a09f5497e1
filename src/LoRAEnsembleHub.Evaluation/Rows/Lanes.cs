using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRAEnsembleHub.Evaluation;

/// <summary>Loops over rows of numbers, four at a time.</summary>
/// <remarks>
/// The width is fixed, and the end of a row goes through the same instructions as the rest: a number gives the same exponential wherever
/// it stands, so equal logits stay equal, and sums are taken in the same order on every processor.
/// </remarks>
internal static class Lanes
{
    private const int Width = 4;
    private const double Farthest = 1e150; // Its square is still finite.
    private const double Smallest = -708; // Below, the exponential leaves the normal doubles; it counts as 0.

    /// <summary>The largest of one or more numbers.</summary>
    internal static double Largest(ReadOnlySpan<double> row)
    {
        var largest = Vector256.Create(row[0]);
        var at = 0;
        for (; at <= row.Length - Width; at += Width)
        {
            largest = Vector256.Max(largest, Vector256.Create(row[at..]));
        }

        largest = Vector256.Max(largest, Rest(row, at, row[0]));
        return Math.Max(Math.Max(largest[0], largest[1]), Math.Max(largest[2], largest[3]));
    }

    /// <summary>Writes e^(x − shift) of each number.</summary>
    /// <param name="row">Numbers up to <paramref name="shift"/>.</param>
    /// <param name="shift">The largest of them.</param>
    /// <param name="exponentials">As long as the row, and may be it.</param>
    /// <returns>The sum of the exponentials, and of each times its x − shift.</returns>
    internal static (double Sum, double Weighted) Exponentials(ReadOnlySpan<double> row, double shift, Span<double> exponentials)
    {
        var (sum, weighted) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var at = 0;
        for (; at <= row.Length - Width; at += Width)
        {
            var (power, product) = Exponential(Vector256.Create(row[at..]), shift);
            power.CopyTo(exponentials[at..]);
            sum += power;
            weighted += product;
        }

        if (at < row.Length)
        {
            var (power, product) = Exponential(Rest(row, at, double.NegativeInfinity), shift);
            sum += power;
            weighted += product;
            for (var lane = 0; at + lane < row.Length; lane++)
            {
                exponentials[at + lane] = power[lane];
            }
        }

        return (Vector256.Sum(sum), Vector256.Sum(weighted));
    }

    /// <summary>The moments of a row, each number weighed by e^(factor × distance) with its distance x − largest.</summary>
    /// <returns>The sum of the weights, of weight × distance, and of weight × distance².</returns>
    internal static (double Sum, double First, double Second) Moments(ReadOnlySpan<double> row, double largest, double factor)
    {
        var (sum, first, second) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        for (var at = 0; at < row.Length; at += Width)
        {
            var values = at <= row.Length - Width ? Vector256.Create(row[at..]) : Rest(row, at, double.NegativeInfinity);
            var distance = Vector256.Max(values - Vector256.Create(largest), Vector256.Create(-Farthest));
            var (weight, _) = Exponential(distance * factor, 0);
            sum += weight;
            first += weight * distance;
            second += weight * distance * distance;
        }

        return (Vector256.Sum(sum), Vector256.Sum(first), Vector256.Sum(second));
    }

    /// <summary>The natural logarithm, as the rows have it.</summary>
    internal static double Log(double value) => Vector256.Log(Vector256.Create(value))[0];

    /// <summary>Writes the natural logarithm of each number; negative infinity for 0.</summary>
    internal static void Logs(ReadOnlySpan<double> row, Span<double> logs)
    {
        var at = 0;
        for (; at <= row.Length - Width; at += Width)
        {
            Vector256.Log(Vector256.Create(row[at..])).CopyTo(logs[at..]);
        }

        for (; at < row.Length; at++)
        {
            logs[at] = Log(row[at]);
        }
    }

    /// <summary>−Σ p ln p; numbers of 0 add nothing.</summary>
    internal static double Entropy(ReadOnlySpan<double> distribution)
    {
        var sum = Vector256<double>.Zero;
        var at = 0;
        for (; at <= distribution.Length - Width; at += Width)
        {
            sum -= Surprise(Vector256.Create(distribution[at..]));
        }

        return Vector256.Sum(sum - Surprise(Rest(distribution, at, 0)));
    }

    /// <summary>Σ x.</summary>
    internal static double Sum(ReadOnlySpan<double> row)
    {
        var sum = Vector256<double>.Zero;
        var at = 0;
        for (; at <= row.Length - Width; at += Width)
        {
            sum += Vector256.Create(row[at..]);
        }

        return Vector256.Sum(sum + Rest(row, at, 0));
    }

    /// <summary>Σ x².</summary>
    internal static double SquareSum(ReadOnlySpan<double> row)
    {
        var sum = Vector256<double>.Zero;
        var at = 0;
        for (; at <= row.Length - Width; at += Width)
        {
            var part = Vector256.Create(row[at..]);
            sum += part * part;
        }

        var rest = Rest(row, at, 0);
        return Vector256.Sum(sum + (rest * rest));
    }

    /// <summary>Σ x y.</summary>
    internal static double Dot(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var sum = Vector256<double>.Zero;
        var at = 0;
        for (; at <= first.Length - Width; at += Width)
        {
            sum += Vector256.Create(first[at..]) * Vector256.Create(second[at..]);
        }

        return Vector256.Sum(sum + (Rest(first, at, 0) * Rest(second, at, 0)));
    }

    /// <summary>Copies a row of floats or doubles to doubles.</summary>
    internal static void Widen<T>(ReadOnlySpan<T> row, Span<double> to)
        where T : struct, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            MemoryMarshal.Cast<T, double>(row).CopyTo(to);
            return;
        }

        var floats = MemoryMarshal.Cast<T, float>(row);
        var at = 0;
        for (; at <= floats.Length - Vector256<float>.Count; at += Vector256<float>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Create(floats[at..]));
            lower.CopyTo(to[at..]);
            upper.CopyTo(to[(at + Width)..]);
        }

        for (; at < floats.Length; at++)
        {
            to[at] = floats[at];
        }
    }

    /// <summary>Where the first number stands that is infinite or none; −1 if all are finite.</summary>
    internal static int FirstOdd<T>(ReadOnlySpan<T> row)
        where T : struct, IFloatingPointIeee754<T>
    {
        var at = 0;
        for (; at <= row.Length - Vector256<T>.Count; at += Vector256<T>.Count)
        {
            var part = Vector256.Create(row[at..]);
            if (!Vector256.EqualsAll(part - part, Vector256<T>.Zero)) // ∞ − ∞ is not a number.
            {
                break;
            }
        }

        for (; at < row.Length; at++)
        {
            if (!T.IsFinite(row[at]))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Adds the numbers of one row to another.</summary>
    internal static void Add(ReadOnlySpan<double> row, Span<double> to)
    {
        var from = MemoryMarshal.Cast<double, Vector256<double>>(row);
        var sums = MemoryMarshal.Cast<double, Vector256<double>>(to);
        for (var at = 0; at < from.Length; at++)
        {
            sums[at] += from[at];
        }

        for (var at = from.Length * Width; at < row.Length; at++)
        {
            to[at] += row[at];
        }
    }

    /// <summary>Adds the numbers of one row, multiplied, to another.</summary>
    internal static void AddScaled(ReadOnlySpan<double> row, double by, Span<double> to)
    {
        var from = MemoryMarshal.Cast<double, Vector256<double>>(row);
        var sums = MemoryMarshal.Cast<double, Vector256<double>>(to);
        for (var at = 0; at < from.Length; at++)
        {
            sums[at] += from[at] * by;
        }

        for (var at = from.Length * Width; at < row.Length; at++)
        {
            to[at] += row[at] * by;
        }
    }

    /// <summary>Turns two rows in their plane: (c x − s y, s x + c y).</summary>
    internal static void Rotate(Span<double> first, Span<double> second, double cosine, double sine)
    {
        var x = MemoryMarshal.Cast<double, Vector256<double>>(first);
        var y = MemoryMarshal.Cast<double, Vector256<double>>(second);
        for (var at = 0; at < x.Length; at++)
        {
            (x[at], y[at]) = ((x[at] * cosine) - (y[at] * sine), (x[at] * sine) + (y[at] * cosine));
        }

        for (var at = x.Length * Width; at < first.Length; at++)
        {
            (first[at], second[at]) = ((first[at] * cosine) - (second[at] * sine), (first[at] * sine) + (second[at] * cosine));
        }
    }

    /// <summary>Adds (x − y)² / by of each pair of numbers to another row.</summary>
    internal static void AddSquaredDistance(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double by, Span<double> to)
    {
        var at = 0;
        for (; at <= first.Length - Width; at += Width)
        {
            var distance = Vector256.Create(first[at..]) - Vector256.Create(second[at..]);
            (Vector256.Create<double>(to[at..]) + (distance * distance / by)).CopyTo(to[at..]);
        }

        for (; at < first.Length; at++)
        {
            to[at] += (first[at] - second[at]) * (first[at] - second[at]) / by;
        }
    }

    /// <summary>Divides every number of a row.</summary>
    internal static void Divide(Span<double> row, double by)
    {
        var parts = MemoryMarshal.Cast<double, Vector256<double>>(row);
        for (var at = 0; at < parts.Length; at++)
        {
            parts[at] /= by;
        }

        for (var at = parts.Length * Width; at < row.Length; at++)
        {
            row[at] /= by;
        }
    }

    private static (Vector256<double> Power, Vector256<double> Product) Exponential(Vector256<double> values, double shift)
    {
        var smallest = Vector256.Create(Smallest);
        var distance = Vector256.Max(values - Vector256.Create(shift), smallest);
        var power = Vector256.ConditionalSelect(Vector256.GreaterThan(distance, smallest), Vector256.Exp(distance), Vector256<double>.Zero);
        return (power, power * distance);
    }

    private static Vector256<double> Surprise(Vector256<double> values)
    {
        var zero = Vector256<double>.Zero;
        return Vector256.ConditionalSelect(Vector256.GreaterThan(values, zero), values * Vector256.Log(values), zero);
    }

    private static Vector256<double> Rest(ReadOnlySpan<double> row, int start, double filler)
    {
        var rest = Vector256.Create(filler);
        for (var lane = 0; start + lane < row.Length; lane++)
        {
            rest = rest.WithElement(lane, row[start + lane]);
        }

        return rest;
    }
}
