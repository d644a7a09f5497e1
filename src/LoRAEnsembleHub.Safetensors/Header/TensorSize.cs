namespace LoRAEnsembleHub.Safetensors.Header;

/// <summary>How many bytes a shape of an element type takes, computed without overflow.</summary>
internal static class TensorSize
{
    /// <summary>Elements of a shape; the product is taken in order, as the reference does, so a leading 0 hides what follows.</summary>
    /// <returns>Null where the product does not fit 64 bits.</returns>
    public static ulong? Elements(ReadOnlySpan<long> shape)
    {
        ulong elements = 1;
        foreach (var size in shape)
        {
            var product = (UInt128)elements * (ulong)size;
            if (product > ulong.MaxValue)
            {
                return null;
            }

            elements = (ulong)product;
        }

        return elements;
    }

    /// <summary>Bytes of a tensor.</summary>
    /// <exception cref="SafetensorsException">The size does not fit 64 bits, or is not a whole number of bytes.</exception>
    public static long Bytes(SafetensorsDtype dtype, ReadOnlySpan<long> shape, string? file, string tensor)
    {
        var bits = Elements(shape) is { } elements ? (UInt128)elements * (ulong)dtype.BitsPerElement : UInt128.MaxValue;
        if (bits > ulong.MaxValue)
        {
            throw new SafetensorsException(
                SafetensorsDefect.ShapeOverflow,
                file,
                tensor,
                $"the size of shape {Show(shape)} of {dtype.Name} does not fit 64 bits."
            );
        }

        if (bits % 8 != 0)
        {
            throw new SafetensorsException(
                SafetensorsDefect.NotWholeBytes,
                file,
                tensor,
                $"shape {Show(shape)} of {dtype.Name} takes {bits} bits; that must be a whole number of bytes."
            );
        }

        return (long)(bits / 8);
    }

    /// <summary>A shape for people, for example [2, 3]; long ones are cut.</summary>
    public static string Show(ReadOnlySpan<long> shape) =>
        shape.Length <= 12
            ? $"[{string.Join(", ", shape.ToArray())}]"
            : $"[{string.Join(", ", shape[..12].ToArray())}, … {shape.Length} dimensions]";
}
