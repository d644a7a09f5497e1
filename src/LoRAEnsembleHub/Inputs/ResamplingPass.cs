using System.Numerics;
using System.Runtime.Intrinsics;

namespace LoRAEnsembleHub.Inputs;

/// <summary>The two passes of a resize, from 8-bit pixels to 8-bit pixels with integer weights.</summary>
internal static class ResamplingPass
{
    private const int Half = 1 << (ResamplingWeights.FractionBits - 1);

    /// <summary>Resizes every row; pixels [height, before, 3] become [height, targets, 3].</summary>
    public static byte[] Horizontal(ReadOnlyMemory<byte> pixels, int height, int before, ResamplingWeights weights, int degreeOfParallelism)
    {
        var result = new byte[3 * height * weights.Targets];
        ForEach(
            height,
            degreeOfParallelism,
            row =>
                Row(pixels.Span.Slice(3 * row * before, 3 * before), result.AsSpan(3 * row * weights.Targets, 3 * weights.Targets), weights)
        );
        return result;
    }

    /// <summary>Resizes every column; pixels [before, width, 3] become [targets, width, 3].</summary>
    public static byte[] Vertical(ReadOnlyMemory<byte> pixels, int width, ResamplingWeights weights, int degreeOfParallelism)
    {
        var result = new byte[3 * weights.Targets * width];
        ForEach(
            weights.Targets,
            degreeOfParallelism,
            target =>
                Blend(pixels.Span[(3 * width * weights.Start(target))..], result.AsSpan(3 * width * target, 3 * width), weights.Of(target))
        );
        return result;
    }

    private static void Row(ReadOnlySpan<byte> from, Span<byte> to, ResamplingWeights weights)
    {
        if (Vector128.IsHardwareAccelerated)
        {
            VectorRow(from, to, weights);
        }
        else
        {
            ScalarRow(from, to, weights);
        }
    }

    /// <summary>Resizes one row pixel by pixel; pixels [before, 3] become [targets, 3].</summary>
    internal static void ScalarRow(ReadOnlySpan<byte> from, Span<byte> to, ResamplingWeights weights)
    {
        for (var target = 0; target < weights.Targets; target++)
        {
            var taps = weights.Of(target);
            Put(Sum(from[(3 * weights.Start(target))..], taps), to.Slice(3 * target, 3));
        }
    }

    /// <summary>Resizes one row with four pixels at a time, each in four lanes of which the last is nothing; the sums are the same integers.</summary>
    internal static void VectorRow(ReadOnlySpan<byte> from, Span<byte> to, ResamplingWeights weights)
    {
        var spread = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255);
        for (var target = 0; target < weights.Targets; target++)
        {
            var taps = weights.Of(target);
            var source = from[(3 * weights.Start(target))..];
            var (even, odd) = (Vector128<int>.Zero, Vector128<int>.Zero);
            var i = 0;
            for (; i <= taps.Length - 4 && (3 * i) + Vector128<byte>.Count <= source.Length; i += 4)
            {
                var pixels = Vector128.Shuffle(Vector128.Create(source.Slice(3 * i, Vector128<byte>.Count)), spread);
                var (front, back) = Vector128.Widen(pixels);
                var (first, second) = Vector128.Widen(front);
                var (third, fourth) = Vector128.Widen(back);
                even += (first.AsInt32() * taps[i]) + (third.AsInt32() * taps[i + 2]);
                odd += (second.AsInt32() * taps[i + 1]) + (fourth.AsInt32() * taps[i + 3]);
            }

            var (red, green, blue) = Sum(source[(3 * i)..], taps[i..]);
            var sums = even + odd;
            Put((sums[0] + red, sums[1] + green, sums[2] + blue), to.Slice(3 * target, 3));
        }
    }

    /// <summary>The first pixels, each times its weight: one half for rounding is in it.</summary>
    private static (int Red, int Green, int Blue) Sum(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> taps)
    {
        var (red, green, blue) = (Half, Half, Half);
        for (int i = 0, at = 0; i < taps.Length; i++, at += 3)
        {
            red += pixels[at] * taps[i];
            green += pixels[at + 1] * taps[i];
            blue += pixels[at + 2] * taps[i];
        }

        return (red, green, blue);
    }

    private static void Put((int Red, int Green, int Blue) sums, Span<byte> pixel)
    {
        pixel[0] = Clip(sums.Red);
        pixel[1] = Clip(sums.Green);
        pixel[2] = Clip(sums.Blue);
    }

    // Rows lie one behind the other in `from`; all bytes of a row share the weight.
    private static void Blend(ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<int> taps)
    {
        var x = 0;
        for (; x <= to.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            var (a, b, c, d) = (new Vector<int>(Half), new Vector<int>(Half), new Vector<int>(Half), new Vector<int>(Half));
            for (var i = 0; i < taps.Length; i++)
            {
                Vector.Widen(new Vector<byte>(from[((i * to.Length) + x)..]), out var low, out var high);
                Vector.Widen(low, out var p, out var q);
                Vector.Widen(high, out var r, out var s);
                a += Vector.AsVectorInt32(p) * taps[i];
                b += Vector.AsVectorInt32(q) * taps[i];
                c += Vector.AsVectorInt32(r) * taps[i];
                d += Vector.AsVectorInt32(s) * taps[i];
            }

            Vector.Narrow(Vector.Narrow(Clip(a), Clip(b)), Vector.Narrow(Clip(c), Clip(d))).CopyTo(to[x..]);
        }

        for (; x < to.Length; x++)
        {
            var sum = Half;
            for (var i = 0; i < taps.Length; i++)
            {
                sum += from[(i * to.Length) + x] * taps[i];
            }

            to[x] = Clip(sum);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResamplingWeights.FractionBits, 0, byte.MaxValue);

    private static Vector<uint> Clip(Vector<int> sums) =>
        Vector.AsVectorUInt32(
            Vector.Min(
                Vector.Max(Vector.ShiftRightArithmetic(sums, ResamplingWeights.FractionBits), Vector<int>.Zero),
                new Vector<int>(byte.MaxValue)
            )
        );

    private static void ForEach(int rows, int degreeOfParallelism, Action<int> compute)
    {
        if (degreeOfParallelism > 1)
        {
            Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism }, compute);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            compute(row);
        }
    }
}
