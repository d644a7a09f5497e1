using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Choices that a user has where a checkpoint's own files leave them open; each concerns one kind of input only.</summary>
public sealed record InputOptions
{
    /// <summary>The defaults.</summary>
    public static InputOptions Default { get; } = new();

    /// <summary>Pictures: whether they are turned as their EXIF orientation asks.</summary>
    public ImageOrientation Orientation { get; init; } = ImageOrientation.Upright;

    /// <summary>Pictures: what becomes of pixel values after they are divided by 255.</summary>
    public PixelNormalization Normalization { get; init; } = PixelNormalization.Processor;
}
