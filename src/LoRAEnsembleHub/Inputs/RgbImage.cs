namespace LoRAEnsembleHub.Inputs;

/// <summary>An 8-bit RGB picture in memory, as image processors see it.</summary>
/// <remarks>Immutable by contract: whoever makes the pixel array hands it over and writes no more to it.</remarks>
public sealed class RgbImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">Pixels across; 1 or more.</param>
    /// <param name="height">Rows; 1 or more.</param>
    /// <param name="pixels">Red, green, blue per pixel, row by row from the top: height × width × 3 bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the size.</exception>
    public RgbImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != 3L * width * height)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes given; {width} × {height} RGB pixels need {3L * width * height}.",
                nameof(pixels)
            );
        }

        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green, blue per pixel, row by row from the top: height × width × 3 bytes.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }
}
