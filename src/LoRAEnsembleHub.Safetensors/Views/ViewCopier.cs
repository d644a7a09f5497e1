using LoRAEnsembleHub.Safetensors.Storage;

namespace LoRAEnsembleHub.Safetensors.Views;

/// <summary>Copies the bytes of a view, which need not be neighbours in the file, in row-major order.</summary>
internal static class ViewCopier
{
    /// <summary>Fills the destination with the view's bytes from some byte on; the range was checked.</summary>
    public static void Copy(ViewLayout layout, ByteSource source, Span<byte> destination, long from)
    {
        using var lease = source.Lease();
        if (layout.OuterDimensions == 0)
        {
            lease.At(layout.Position + from, destination.Length).CopyTo(destination);
            return;
        }

        var (run, within) = Math.DivRem(from, layout.RunBytes);
        Span<long> place = layout.OuterDimensions <= 16 ? stackalloc long[layout.OuterDimensions] : new long[layout.OuterDimensions];
        var position = layout.Position + Enter(layout, run, place);
        while (!destination.IsEmpty)
        {
            var length = (int)Math.Min(layout.RunBytes - within, destination.Length);
            lease.At(position + within, length).CopyTo(destination);
            destination = destination[length..];
            within = 0;
            position += Advance(layout, place);
        }
    }

    // Unfolds the number of a run into its place in the outer dimensions; returns the bytes that place is away from the first.
    private static long Enter(ViewLayout layout, long run, Span<long> place)
    {
        var bytes = 0L;
        for (var dimension = place.Length - 1; dimension >= 0; dimension--)
        {
            (run, place[dimension]) = Math.DivRem(run, layout.Shape[dimension]);
            bytes += place[dimension] * layout.StrideBytes(dimension);
        }

        return bytes;
    }

    // Counts the place up by one run, the last dimension first; returns the bytes from the run before.
    private static long Advance(ViewLayout layout, Span<long> place)
    {
        var bytes = 0L;
        for (var dimension = place.Length - 1; dimension >= 0; dimension--)
        {
            bytes += layout.StrideBytes(dimension);
            if (++place[dimension] < layout.Shape[dimension])
            {
                break;
            }

            bytes -= layout.Shape[dimension] * layout.StrideBytes(dimension);
            place[dimension] = 0;
        }

        return bytes;
    }
}
