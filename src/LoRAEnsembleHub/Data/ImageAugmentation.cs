using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Random changes of training images at their own size; everything is off until switched on.</summary>
/// <remarks>
/// The order is that of the LoRA-Ensemble recipes: horizontal flip, vertical flip, rotation, and then the shift, which is not part of
/// them. Resizing comes after. A switch that is off draws no random number. The recipes flip both ways and rotate by up to 180°.
/// </remarks>
public sealed record ImageAugmentation
{
    /// <summary>Mirror left and right with probability 0.5. Default: off.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Mirror top and bottom with probability 0.5. Default: off.</summary>
    public bool VerticalFlip { get; init; }

    /// <summary>Rotate counterclockwise by an angle uniform in 0 … this many degrees, 0 … 360. Default: 0, off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is not in 0 … 360.</exception>
    public double MaximumRotationDegrees
    {
        get;
        init =>
            field = value is >= 0 and <= 360
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "The largest rotation must be 0 … 360 degrees.");
    }

    /// <summary>Move across and down by whole pixels, each uniform in −this … this; what comes in is black. Default: 0, off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above 65,535.</exception>
    public int ShiftPixels
    {
        get;
        init =>
            field = value is >= 0 and <= 65_535
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "The largest shift must be 0 … 65,535 pixels.");
    }

    /// <summary>Changes one image.</summary>
    /// <param name="image">The image; left as it is.</param>
    /// <param name="random">The stream to draw from; moves on by what the switches need.</param>
    /// <returns>An image of the same size; the one given itself if nothing changes.</returns>
    internal RgbImage Apply(RgbImage image, ref SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (HorizontalFlip && random.NextDouble() < 0.5)
        {
            image = ImageMoves.FlipHorizontally(image);
        }

        if (VerticalFlip && random.NextDouble() < 0.5)
        {
            image = ImageMoves.FlipVertically(image);
        }

        if (MaximumRotationDegrees > 0)
        {
            image = ImageMoves.Rotate(image, random.NextUniform(0, MaximumRotationDegrees));
        }

        if (ShiftPixels > 0)
        {
            var right = random.NextInt32((2 * ShiftPixels) + 1) - ShiftPixels;
            image = ImageMoves.Shift(image, right, random.NextInt32((2 * ShiftPixels) + 1) - ShiftPixels);
        }

        return image;
    }
}
