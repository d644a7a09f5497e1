using System.Buffers;
using System.Runtime.InteropServices;

namespace LoRAEnsembleHub.Safetensors.Views;

/// <summary>Reads a view into arrays of elements.</summary>
internal static class ViewReader
{
    // A multiple of every element's width, so that no piece cuts an element.
    private const int PieceBytes = 1 << 20;

    public static T[] ToArray<T>(TensorView view)
        where T : unmanaged
    {
        if (ElementTypes.Of(view.Dtype) != typeof(T))
        {
            throw new InvalidOperationException(
                ElementTypes.Of(view.Dtype) is { } exact
                    ? $"{view} holds {exact.Name} elements, not {typeof(T).Name}."
                    : $"{view} holds {view.Dtype.Name} elements, for which .NET has no type; read the bytes, or widen them with ToSingles."
            );
        }

        var elements = new T[Count(view)];
        var width = view.Dtype.BitsPerElement / 8;
        for (var from = 0; from < elements.Length; )
        {
            var piece = MemoryMarshal.AsBytes(elements.AsSpan(from, Math.Min(elements.Length - from, PieceBytes / width)));
            view.CopyTo(piece, (long)from * width);
            LittleEndian.Convert(piece, width);
            if (typeof(T) == typeof(bool))
            {
                MakeTruthValues(piece);
            }

            from += piece.Length / width;
        }

        return elements;
    }

    public static float[] ToSingles(TensorView view)
    {
        if (!SingleWidening.Knows(view.Dtype))
        {
            throw new InvalidOperationException(
                $"{view} holds {view.Dtype.Name} elements, which have no single-precision values; read the bytes."
            );
        }

        var elements = new float[Count(view)];
        var width = view.Dtype.BitsPerElement / 8;
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var from = 0; from < elements.Length; )
            {
                var bytes = piece.AsSpan(0, Math.Min(elements.Length - from, PieceBytes / width) * width);
                view.CopyTo(bytes, (long)from * width);
                LittleEndian.Convert(bytes, width);
                SingleWidening.Widen(view.Dtype, bytes, elements.AsSpan(from, bytes.Length / width));
                from += bytes.Length / width;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return elements;
    }

    private static int Count(TensorView view) =>
        view.ElementCount <= Array.MaxLength
            ? (int)view.ElementCount
            : throw new InvalidOperationException(
                $"{view} has {view.ElementCount} elements; an array holds at most {Array.MaxLength}. Slice it and read the parts."
            );

    // A .NET truth value other than 0 and 1 breaks comparisons, and a file may hold any byte.
    private static void MakeTruthValues(Span<byte> bytes)
    {
        foreach (ref var value in bytes)
        {
            value = value == 0 ? (byte)0 : (byte)1;
        }
    }
}
