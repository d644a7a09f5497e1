using System.Buffers;

namespace LoRAEnsembleHub.Safetensors.Writing;

/// <summary>Writes a proved file to a stream, in pieces.</summary>
internal static class PlanWriter
{
    // A multiple of every element's width.
    private const int PieceBytes = 1 << 20;

    public static void Write(WritePlan plan, Stream stream)
    {
        stream.Write(plan.Header.Span);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            foreach (var (tensor, from, length) in Pieces(plan))
            {
                tensor.Reader(piece.AsSpan(0, length), from);
                stream.Write(piece, 0, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    public static async Task WriteAsync(WritePlan plan, Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(plan.Header, cancellationToken).ConfigureAwait(false);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            foreach (var (tensor, from, length) in Pieces(plan))
            {
                cancellationToken.ThrowIfCancellationRequested();
                tensor.Reader(piece.AsSpan(0, length), from);
                await stream.WriteAsync(piece.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static IEnumerable<(TensorToWrite Tensor, long From, int Length)> Pieces(WritePlan plan)
    {
        foreach (var (tensor, bytes) in plan.Tensors)
        {
            for (var from = 0L; from < bytes; from += PieceBytes)
            {
                yield return (tensor, from, (int)Math.Min(PieceBytes, bytes - from));
            }
        }
    }
}
