using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRAEnsembleHub.Compute;

/// <summary>The innermost part of a blocked product: a few rows times a panel of columns, held in registers from the first number to the last.</summary>
/// <remarks>
/// A panel holds the weights of neighbouring outputs side by side: [in, columns]. Every sum runs over its inputs in order, in one register, so that
/// a result depends on nothing but its row and its column. Goto and van de Geijn 2008 (Anatomy of high-performance matrix multiplication).
/// </remarks>
/// <param name="Bits">Width of a register: 256 or 512.</param>
internal readonly unsafe record struct ProductTile(int Bits)
{
    /// <summary>The widest tile that this processor computes in hardware; null without fused multiply-add.</summary>
    public static ProductTile? Best { get; } =
        !Fma.IsSupported ? null
        : Vector512.IsHardwareAccelerated ? new ProductTile(512)
        : new ProductTile(256);

    /// <summary>Rows of a tile.</summary>
    public int Rows => Bits == 512 ? 12 : 6;

    /// <summary>Columns of a tile, and of a panel.</summary>
    public int Columns => Bits / 16;

    /// <summary>Brings weights into the order of a panel.</summary>
    /// <param name="weight">The first of as many rows as a panel has columns.</param>
    /// <param name="step">From row to row.</param>
    /// <param name="depth">Numbers of each row.</param>
    /// <param name="panel">[depth, columns].</param>
    public void Pack(float* weight, nint step, nint depth, float* panel)
    {
        for (var column = 0; column < Columns; column += 8)
        {
            PackEight(weight + (column * step), step, depth, panel + column, Columns);
        }
    }

    /// <summary>y ← start + x·panel + low·up.</summary>
    /// <param name="depth">Numbers of a row of x.</param>
    /// <param name="x">The first row; as many as a tile has follow.</param>
    /// <param name="xStep">From row to row.</param>
    /// <param name="panel">[depth, columns].</param>
    /// <param name="rank">Numbers of a row of low; 0 for none.</param>
    /// <param name="low">The rows' inner values of the members' updates.</param>
    /// <param name="lowStep">From row to row.</param>
    /// <param name="up">[rank, columns].</param>
    /// <param name="start">What is added to.</param>
    /// <param name="startStep">From row to row; 0 where all rows begin alike.</param>
    /// <param name="y">The result; may be where start is.</param>
    /// <param name="yStep">From row to row.</param>
    public void Multiply(
        nint depth,
        float* x,
        nint xStep,
        float* panel,
        nint rank,
        float* low,
        nint lowStep,
        float* up,
        float* start,
        nint startStep,
        float* y,
        nint yStep
    )
    {
        if (Bits == 512)
        {
            Tile512(depth, x, xStep, panel, rank, low, lowStep, up, start, startStep, y, yStep);
        }
        else
        {
            Tile256(depth, x, xStep, panel, rank, low, lowStep, up, start, startStep, y, yStep);
        }
    }

    /// <summary>Eight rows of weights become eight columns, eight numbers at a time.</summary>
    private static void PackEight(float* weight, nint step, nint depth, float* panel, nint columns)
    {
        nint k = 0;
        for (; k + 8 <= depth; k += 8, panel += 8 * columns)
        {
            var w = weight + k;
            var (a, b, c, d) = (
                Vector256.Load(w),
                Vector256.Load(w + step),
                Vector256.Load(w + (2 * step)),
                Vector256.Load(w + (3 * step))
            );
            w += 4 * step;
            var (e, f, g, h) = (
                Vector256.Load(w),
                Vector256.Load(w + step),
                Vector256.Load(w + (2 * step)),
                Vector256.Load(w + (3 * step))
            );
            var (ab, cd, ef, gh) = (Avx.UnpackLow(a, b), Avx.UnpackLow(c, d), Avx.UnpackLow(e, f), Avx.UnpackLow(g, h));
            Four(Avx.Shuffle(ab, cd, 0x44), Avx.Shuffle(ef, gh, 0x44), panel, columns, 0);
            Four(Avx.Shuffle(ab, cd, 0xEE), Avx.Shuffle(ef, gh, 0xEE), panel, columns, 1);
            (ab, cd, ef, gh) = (Avx.UnpackHigh(a, b), Avx.UnpackHigh(c, d), Avx.UnpackHigh(e, f), Avx.UnpackHigh(g, h));
            Four(Avx.Shuffle(ab, cd, 0x44), Avx.Shuffle(ef, gh, 0x44), panel, columns, 2);
            Four(Avx.Shuffle(ab, cd, 0xEE), Avx.Shuffle(ef, gh, 0xEE), panel, columns, 3);
        }

        for (; k < depth; k++, panel += columns)
        {
            for (var column = 0; column < 8; column++)
            {
                panel[column] = weight[(column * step) + k];
            }
        }
    }

    // the lower halves are one input of all eight columns, the upper halves the fourth after it
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(Vector256<float> first, Vector256<float> last, float* panel, nint columns, nint input)
    {
        Avx.Permute2x128(first, last, 0x20).Store(panel + (input * columns));
        Avx.Permute2x128(first, last, 0x31).Store(panel + ((input + 4) * columns));
    }

    /// <summary>A tile of 6 rows and 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile256(
        nint depth,
        float* x,
        nint xStep,
        float* panel,
        nint rank,
        float* low,
        nint lowStep,
        float* up,
        float* start,
        nint startStep,
        float* y,
        nint yStep
    )
    {
        var (c0, d0) = (Vector256.Load(start + (0 * startStep)), Vector256.Load(start + (0 * startStep) + 8));
        var (c1, d1) = (Vector256.Load(start + (1 * startStep)), Vector256.Load(start + (1 * startStep) + 8));
        var (c2, d2) = (Vector256.Load(start + (2 * startStep)), Vector256.Load(start + (2 * startStep) + 8));
        var (c3, d3) = (Vector256.Load(start + (3 * startStep)), Vector256.Load(start + (3 * startStep) + 8));
        var (c4, d4) = (Vector256.Load(start + (4 * startStep)), Vector256.Load(start + (4 * startStep) + 8));
        var (c5, d5) = (Vector256.Load(start + (5 * startStep)), Vector256.Load(start + (5 * startStep) + 8));
        var x1 = x + (1 * xStep);
        var x2 = x + (2 * xStep);
        var x3 = x + (3 * xStep);
        var x4 = x + (4 * xStep);
        var x5 = x + (5 * xStep);
        for (nint k = 0; k < depth; k++)
        {
            var (left, right) = (Vector256.Load(panel), Vector256.Load(panel + 8));
            var value = Vector256.Create(x[k]);
            c0 = Vector256.FusedMultiplyAdd(value, left, c0);
            d0 = Vector256.FusedMultiplyAdd(value, right, d0);
            value = Vector256.Create(x1[k]);
            c1 = Vector256.FusedMultiplyAdd(value, left, c1);
            d1 = Vector256.FusedMultiplyAdd(value, right, d1);
            value = Vector256.Create(x2[k]);
            c2 = Vector256.FusedMultiplyAdd(value, left, c2);
            d2 = Vector256.FusedMultiplyAdd(value, right, d2);
            value = Vector256.Create(x3[k]);
            c3 = Vector256.FusedMultiplyAdd(value, left, c3);
            d3 = Vector256.FusedMultiplyAdd(value, right, d3);
            value = Vector256.Create(x4[k]);
            c4 = Vector256.FusedMultiplyAdd(value, left, c4);
            d4 = Vector256.FusedMultiplyAdd(value, right, d4);
            value = Vector256.Create(x5[k]);
            c5 = Vector256.FusedMultiplyAdd(value, left, c5);
            d5 = Vector256.FusedMultiplyAdd(value, right, d5);
            panel += 16;
        }

        var low1 = low + (1 * lowStep);
        var low2 = low + (2 * lowStep);
        var low3 = low + (3 * lowStep);
        var low4 = low + (4 * lowStep);
        var low5 = low + (5 * lowStep);
        for (nint k = 0; k < rank; k++)
        {
            var (left, right) = (Vector256.Load(up), Vector256.Load(up + 8));
            var value = Vector256.Create(low[k]);
            c0 = Vector256.FusedMultiplyAdd(value, left, c0);
            d0 = Vector256.FusedMultiplyAdd(value, right, d0);
            value = Vector256.Create(low1[k]);
            c1 = Vector256.FusedMultiplyAdd(value, left, c1);
            d1 = Vector256.FusedMultiplyAdd(value, right, d1);
            value = Vector256.Create(low2[k]);
            c2 = Vector256.FusedMultiplyAdd(value, left, c2);
            d2 = Vector256.FusedMultiplyAdd(value, right, d2);
            value = Vector256.Create(low3[k]);
            c3 = Vector256.FusedMultiplyAdd(value, left, c3);
            d3 = Vector256.FusedMultiplyAdd(value, right, d3);
            value = Vector256.Create(low4[k]);
            c4 = Vector256.FusedMultiplyAdd(value, left, c4);
            d4 = Vector256.FusedMultiplyAdd(value, right, d4);
            value = Vector256.Create(low5[k]);
            c5 = Vector256.FusedMultiplyAdd(value, left, c5);
            d5 = Vector256.FusedMultiplyAdd(value, right, d5);
            up += 16;
        }

        c0.Store(y + (0 * yStep));
        d0.Store(y + (0 * yStep) + 8);
        c1.Store(y + (1 * yStep));
        d1.Store(y + (1 * yStep) + 8);
        c2.Store(y + (2 * yStep));
        d2.Store(y + (2 * yStep) + 8);
        c3.Store(y + (3 * yStep));
        d3.Store(y + (3 * yStep) + 8);
        c4.Store(y + (4 * yStep));
        d4.Store(y + (4 * yStep) + 8);
        c5.Store(y + (5 * yStep));
        d5.Store(y + (5 * yStep) + 8);
    }

    /// <summary>A tile of 12 rows and 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile512(
        nint depth,
        float* x,
        nint xStep,
        float* panel,
        nint rank,
        float* low,
        nint lowStep,
        float* up,
        float* start,
        nint startStep,
        float* y,
        nint yStep
    )
    {
        var (c0, d0) = (Vector512.Load(start + (0 * startStep)), Vector512.Load(start + (0 * startStep) + 16));
        var (c1, d1) = (Vector512.Load(start + (1 * startStep)), Vector512.Load(start + (1 * startStep) + 16));
        var (c2, d2) = (Vector512.Load(start + (2 * startStep)), Vector512.Load(start + (2 * startStep) + 16));
        var (c3, d3) = (Vector512.Load(start + (3 * startStep)), Vector512.Load(start + (3 * startStep) + 16));
        var (c4, d4) = (Vector512.Load(start + (4 * startStep)), Vector512.Load(start + (4 * startStep) + 16));
        var (c5, d5) = (Vector512.Load(start + (5 * startStep)), Vector512.Load(start + (5 * startStep) + 16));
        var (c6, d6) = (Vector512.Load(start + (6 * startStep)), Vector512.Load(start + (6 * startStep) + 16));
        var (c7, d7) = (Vector512.Load(start + (7 * startStep)), Vector512.Load(start + (7 * startStep) + 16));
        var (c8, d8) = (Vector512.Load(start + (8 * startStep)), Vector512.Load(start + (8 * startStep) + 16));
        var (c9, d9) = (Vector512.Load(start + (9 * startStep)), Vector512.Load(start + (9 * startStep) + 16));
        var (c10, d10) = (Vector512.Load(start + (10 * startStep)), Vector512.Load(start + (10 * startStep) + 16));
        var (c11, d11) = (Vector512.Load(start + (11 * startStep)), Vector512.Load(start + (11 * startStep) + 16));
        var x1 = x + (1 * xStep);
        var x2 = x + (2 * xStep);
        var x3 = x + (3 * xStep);
        var x4 = x + (4 * xStep);
        var x5 = x + (5 * xStep);
        var x6 = x + (6 * xStep);
        var x7 = x + (7 * xStep);
        var x8 = x + (8 * xStep);
        var x9 = x + (9 * xStep);
        var x10 = x + (10 * xStep);
        var x11 = x + (11 * xStep);
        for (nint k = 0; k < depth; k++)
        {
            var (left, right) = (Vector512.Load(panel), Vector512.Load(panel + 16));
            var value = Vector512.Create(x[k]);
            c0 = Vector512.FusedMultiplyAdd(value, left, c0);
            d0 = Vector512.FusedMultiplyAdd(value, right, d0);
            value = Vector512.Create(x1[k]);
            c1 = Vector512.FusedMultiplyAdd(value, left, c1);
            d1 = Vector512.FusedMultiplyAdd(value, right, d1);
            value = Vector512.Create(x2[k]);
            c2 = Vector512.FusedMultiplyAdd(value, left, c2);
            d2 = Vector512.FusedMultiplyAdd(value, right, d2);
            value = Vector512.Create(x3[k]);
            c3 = Vector512.FusedMultiplyAdd(value, left, c3);
            d3 = Vector512.FusedMultiplyAdd(value, right, d3);
            value = Vector512.Create(x4[k]);
            c4 = Vector512.FusedMultiplyAdd(value, left, c4);
            d4 = Vector512.FusedMultiplyAdd(value, right, d4);
            value = Vector512.Create(x5[k]);
            c5 = Vector512.FusedMultiplyAdd(value, left, c5);
            d5 = Vector512.FusedMultiplyAdd(value, right, d5);
            value = Vector512.Create(x6[k]);
            c6 = Vector512.FusedMultiplyAdd(value, left, c6);
            d6 = Vector512.FusedMultiplyAdd(value, right, d6);
            value = Vector512.Create(x7[k]);
            c7 = Vector512.FusedMultiplyAdd(value, left, c7);
            d7 = Vector512.FusedMultiplyAdd(value, right, d7);
            value = Vector512.Create(x8[k]);
            c8 = Vector512.FusedMultiplyAdd(value, left, c8);
            d8 = Vector512.FusedMultiplyAdd(value, right, d8);
            value = Vector512.Create(x9[k]);
            c9 = Vector512.FusedMultiplyAdd(value, left, c9);
            d9 = Vector512.FusedMultiplyAdd(value, right, d9);
            value = Vector512.Create(x10[k]);
            c10 = Vector512.FusedMultiplyAdd(value, left, c10);
            d10 = Vector512.FusedMultiplyAdd(value, right, d10);
            value = Vector512.Create(x11[k]);
            c11 = Vector512.FusedMultiplyAdd(value, left, c11);
            d11 = Vector512.FusedMultiplyAdd(value, right, d11);
            panel += 32;
        }

        var low1 = low + (1 * lowStep);
        var low2 = low + (2 * lowStep);
        var low3 = low + (3 * lowStep);
        var low4 = low + (4 * lowStep);
        var low5 = low + (5 * lowStep);
        var low6 = low + (6 * lowStep);
        var low7 = low + (7 * lowStep);
        var low8 = low + (8 * lowStep);
        var low9 = low + (9 * lowStep);
        var low10 = low + (10 * lowStep);
        var low11 = low + (11 * lowStep);
        for (nint k = 0; k < rank; k++)
        {
            var (left, right) = (Vector512.Load(up), Vector512.Load(up + 16));
            var value = Vector512.Create(low[k]);
            c0 = Vector512.FusedMultiplyAdd(value, left, c0);
            d0 = Vector512.FusedMultiplyAdd(value, right, d0);
            value = Vector512.Create(low1[k]);
            c1 = Vector512.FusedMultiplyAdd(value, left, c1);
            d1 = Vector512.FusedMultiplyAdd(value, right, d1);
            value = Vector512.Create(low2[k]);
            c2 = Vector512.FusedMultiplyAdd(value, left, c2);
            d2 = Vector512.FusedMultiplyAdd(value, right, d2);
            value = Vector512.Create(low3[k]);
            c3 = Vector512.FusedMultiplyAdd(value, left, c3);
            d3 = Vector512.FusedMultiplyAdd(value, right, d3);
            value = Vector512.Create(low4[k]);
            c4 = Vector512.FusedMultiplyAdd(value, left, c4);
            d4 = Vector512.FusedMultiplyAdd(value, right, d4);
            value = Vector512.Create(low5[k]);
            c5 = Vector512.FusedMultiplyAdd(value, left, c5);
            d5 = Vector512.FusedMultiplyAdd(value, right, d5);
            value = Vector512.Create(low6[k]);
            c6 = Vector512.FusedMultiplyAdd(value, left, c6);
            d6 = Vector512.FusedMultiplyAdd(value, right, d6);
            value = Vector512.Create(low7[k]);
            c7 = Vector512.FusedMultiplyAdd(value, left, c7);
            d7 = Vector512.FusedMultiplyAdd(value, right, d7);
            value = Vector512.Create(low8[k]);
            c8 = Vector512.FusedMultiplyAdd(value, left, c8);
            d8 = Vector512.FusedMultiplyAdd(value, right, d8);
            value = Vector512.Create(low9[k]);
            c9 = Vector512.FusedMultiplyAdd(value, left, c9);
            d9 = Vector512.FusedMultiplyAdd(value, right, d9);
            value = Vector512.Create(low10[k]);
            c10 = Vector512.FusedMultiplyAdd(value, left, c10);
            d10 = Vector512.FusedMultiplyAdd(value, right, d10);
            value = Vector512.Create(low11[k]);
            c11 = Vector512.FusedMultiplyAdd(value, left, c11);
            d11 = Vector512.FusedMultiplyAdd(value, right, d11);
            up += 32;
        }

        c0.Store(y + (0 * yStep));
        d0.Store(y + (0 * yStep) + 16);
        c1.Store(y + (1 * yStep));
        d1.Store(y + (1 * yStep) + 16);
        c2.Store(y + (2 * yStep));
        d2.Store(y + (2 * yStep) + 16);
        c3.Store(y + (3 * yStep));
        d3.Store(y + (3 * yStep) + 16);
        c4.Store(y + (4 * yStep));
        d4.Store(y + (4 * yStep) + 16);
        c5.Store(y + (5 * yStep));
        d5.Store(y + (5 * yStep) + 16);
        c6.Store(y + (6 * yStep));
        d6.Store(y + (6 * yStep) + 16);
        c7.Store(y + (7 * yStep));
        d7.Store(y + (7 * yStep) + 16);
        c8.Store(y + (8 * yStep));
        d8.Store(y + (8 * yStep) + 16);
        c9.Store(y + (9 * yStep));
        d9.Store(y + (9 * yStep) + 16);
        c10.Store(y + (10 * yStep));
        d10.Store(y + (10 * yStep) + 16);
        c11.Store(y + (11 * yStep));
        d11.Store(y + (11 * yStep) + 16);
    }
}
