using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LoRAEnsembleHub.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Compute;

/// <summary>x Wᵀ + b with the members' low-rank updates inside, computed here instead of by libtorch; without gradients.</summary>
/// <remarks>
/// Shared weights are brought into the order of the innermost loop block by block while they are multiplied with the rows of all members, so no
/// second copy of the base is kept; an update costs as many more steps of that loop as its rank, and no pass of its own over the results.
/// A result does not depend on the number of threads, nor on what other rows are computed with it.
/// </remarks>
internal static unsafe class BlockedProduct
{
    private const int DepthOfBlock = 768; // a panel of it fits the first cache beside its rows
    private const int ColumnsOfBlock = 64; // with that depth 192 KiB, for the second cache
    private const int ItemsPerThread = 4; // some spare ones: processors are not equally fast
    private const double WorthThreads = 1e6; // multiplications

    /// <summary>Whether the product can be computed here: whole tiles, weights in order in memory, and nobody who may want gradients.</summary>
    /// <param name="x">[members or 1, rows, in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    public static bool Fits(Tensor x, Tensor weight, Tensor? bias) =>
        ProductTile.Best is { } tile
        && FrozenProduct.HasRoutes(x.device, x.dtype)
        && x.size(1) >= tile.Rows
        && weight.size(0) % tile.Columns == 0
        && weight.is_contiguous()
        && bias?.is_contiguous() != false
        && !is_grad_enabled();

    /// <summary>Computes the product.</summary>
    /// <param name="x">[members or 1, rows, in].</param>
    /// <param name="weight">[out, in], or [members, out, in] where every member has its own.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="low">[members, rows, rank or more]: x times the updates' first factors; null for no updates.</param>
    /// <param name="up">[members, out, rank]: their second factors; null for no updates.</param>
    /// <param name="tile">What the innermost loop computes at once; null for the widest of this processor.</param>
    /// <param name="threads">Threads to compute with; null for as many as torch has.</param>
    /// <returns>[members or 1, rows, out], fresh, in the caller's scope.</returns>
    public static Tensor Of(
        Tensor x,
        Tensor weight,
        Tensor? bias,
        Tensor? low = null,
        Tensor? up = null,
        ProductTile? tile = null,
        int? threads = null
    )
    {
        using var scope = NewDisposeScope();
        var (rows, weights, ups) = (x.contiguous(), weight.contiguous(), up?.contiguous());
        var inner = low?.contiguous();
        var (members, outputs) = (x.size(0), weight.size(-2));
        var y = empty(members, x.size(1), outputs);
        var shape = new Shape((int)members, (int)x.size(1), (int)x.size(2), (int)outputs, (int)(up?.size(2) ?? 0))
        {
            InnerStep = (int)(inner?.size(2) ?? 0),
            HasOwnWeights = weight.dim() == 3,
        };
        var zeros = bias is null ? new float[outputs] : null;
        fixed (float* none = zeros)
        {
            var pointers = new Pointers(At(rows), At(weights), bias is null ? none : At(bias), At(inner), At(ups), At(y));
            Run(shape, pointers, tile ?? ProductTile.Best!.Value, threads ?? get_num_threads());
        }

        GC.KeepAlive((rows, weights, bias, inner, ups));
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>The inner values of members' updates, all rows of x times the first factors.</summary>
    /// <param name="x">[members, rows, in].</param>
    /// <param name="down">[members, rank, in].</param>
    /// <param name="tile">As for <see cref="Of"/>.</param>
    /// <returns>[members, rows, rank or more], fresh, in the caller's scope; what is behind the rank is 0.</returns>
    public static Tensor Inner(Tensor x, Tensor down, ProductTile? tile = null)
    {
        using var scope = NewDisposeScope();
        var columns = (tile ?? ProductTile.Best!.Value).Columns;
        var rank = down.size(1);
        var whole = (rank + columns - 1) / columns * columns; // as wide as panels
        var factors = whole == rank ? down.contiguous() : nn.functional.pad(down, [0, 0, 0, whole - rank]); // [members, whole, in]
        return Of(x, factors, null, tile: tile).MoveToOuterDisposeScope();
    }

    private static float* At(Tensor? tensor) =>
        tensor is null ? null : (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    private static void Run(Shape shape, Pointers pointers, ProductTile tile, int threads)
    {
        var columns = (shape.Outputs + ColumnsOfBlock - 1) / ColumnsOfBlock;
        var tiles = shape.Members * shape.TilesOfMember(tile);
        if ((double)shape.Members * shape.Rows * shape.Inputs * shape.Outputs < WorthThreads)
        {
            threads = 1;
        }

        // every group of rows brings the weights into order anew, so there are few of them
        var groups = threads == 1 ? 1 : Math.Clamp(((ItemsPerThread * threads) + columns - 1) / columns, 1, tiles);
        var items = columns * groups;
        // weights, the second factors of one member, a tile of results
        var floats = (nuint)(
            (ColumnsOfBlock * Math.Min(DepthOfBlock, shape.Inputs)) + (ColumnsOfBlock * shape.Rank) + (tile.Rows * tile.Columns)
        );
        var next = -1;
        void Work()
        {
            var memory = (float*)NativeMemory.AlignedAlloc(floats * sizeof(float), 64);
            try
            {
                for (int item; (item = Interlocked.Increment(ref next)) < items; )
                {
                    var (column, group) = (item % columns, item / columns);
                    var (first, end) = ((int)((long)tiles * group / groups), (int)((long)tiles * (group + 1) / groups));
                    Compute(shape, pointers, tile, new Block(column * ColumnsOfBlock, first, end), memory);
                }
            }
            finally
            {
                NativeMemory.AlignedFree(memory);
            }
        }

        if (threads == 1)
        {
            Work();
        }
        else if (TorchTeam.IsThere)
        {
            TorchTeam.Run(threads, Work);
        }
        else
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Work());
        }
    }

    /// <summary>Some tiles of rows times the columns of one block.</summary>
    private static void Compute(Shape shape, Pointers at, ProductTile tile, Block block, float* memory)
    {
        var columns = Math.Min(ColumnsOfBlock, shape.Outputs - block.FirstColumn);
        var ups = memory + (ColumnsOfBlock * Math.Min(DepthOfBlock, shape.Inputs));
        var spare = ups + (ColumnsOfBlock * shape.Rank);
        for (var from = 0; from < shape.Inputs; from += DepthOfBlock)
        {
            var depth = Math.Min(DepthOfBlock, shape.Inputs - from);
            var rank = from + depth == shape.Inputs ? shape.Rank : 0; // updates come behind the last inputs
            var known = -1; // the member whose numbers are in order
            for (var index = block.FirstTile; index < block.EndTile; index++)
            {
                var member = index / shape.TilesOfMember(tile);
                for (var column = 0; column < columns && member != known; column += tile.Columns)
                {
                    var output = block.FirstColumn + column;
                    if (known < 0 || shape.HasOwnWeights)
                    {
                        var weight =
                            at.Weight + ((output + (shape.HasOwnWeights ? (nint)member * shape.Outputs : 0)) * shape.Inputs) + from;
                        tile.Pack(weight, shape.Inputs, depth, memory + (column * depth));
                    }

                    tile.Pack(at.Up + ((((nint)member * shape.Outputs) + output) * rank), rank, rank, ups + (column * rank));
                }

                known = member;

                // The last tile of a member begins earlier instead of ending later, and keeps only what is new.
                var first = index % shape.TilesOfMember(tile) * tile.Rows;
                var twice = Math.Max(0, first + tile.Rows - shape.Rows);
                var row = ((nint)member * shape.Rows) + first - twice;
                for (var column = 0; column < columns; column += tile.Columns)
                {
                    var y = at.Y + (row * shape.Outputs) + block.FirstColumn + column;
                    var start = from == 0 ? at.Bias + block.FirstColumn + column : y;
                    var target = twice == 0 ? y : spare;
                    tile.Multiply(
                        depth,
                        at.X + (row * shape.Inputs) + from,
                        shape.Inputs,
                        memory + (column * depth),
                        rank,
                        at.Low + (row * shape.InnerStep),
                        shape.InnerStep,
                        ups + (column * rank),
                        start,
                        from == 0 ? 0 : shape.Outputs,
                        target,
                        twice == 0 ? shape.Outputs : tile.Columns
                    );
                    for (var left = twice; twice > 0 && left < tile.Rows; left++)
                    {
                        new Span<float>(spare + (left * tile.Columns), tile.Columns).CopyTo(
                            new Span<float>(y + ((nint)left * shape.Outputs), tile.Columns)
                        );
                    }
                }
            }
        }
    }

    private readonly record struct Shape(int Members, int Rows, int Inputs, int Outputs, int Rank)
    {
        /// <summary>From row to row of the updates' inner values.</summary>
        public int InnerStep { get; init; }

        /// <summary>Whether every member has weights of its own.</summary>
        public bool HasOwnWeights { get; init; }

        public int TilesOfMember(ProductTile tile) => (Rows + tile.Rows - 1) / tile.Rows;
    }

    private readonly record struct Block(int FirstColumn, int FirstTile, int EndTile);

    private readonly struct Pointers(float* x, float* weight, float* bias, float* low, float* up, float* y)
    {
        public readonly float* X = x;
        public readonly float* Weight = weight;
        public readonly float* Bias = bias;
        public readonly float* Low = low;
        public readonly float* Up = up;
        public readonly float* Y = y;
    }
}
