namespace LoRAEnsembleHub.Inputs;

/// <summary>One number for each colour channel.</summary>
/// <param name="Red">The red channel's.</param>
/// <param name="Green">The green channel's.</param>
/// <param name="Blue">The blue channel's.</param>
public readonly record struct RgbValues(double Red, double Green, double Blue)
{
    /// <summary>0.5 for each channel: the mean and the standard deviation most ViT checkpoints were trained with.</summary>
    public static RgbValues Half => new(0.5, 0.5, 0.5);

    /// <summary>The channel means of ImageNet, for pixels in 0 to 1.</summary>
    public static RgbValues ImageNetMean => new(0.485, 0.456, 0.406);

    /// <summary>The channel standard deviations of ImageNet, for pixels in 0 to 1.</summary>
    public static RgbValues ImageNetStandardDeviation => new(0.229, 0.224, 0.225);
}
