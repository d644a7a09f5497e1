namespace LoRAEnsembleHub.Inputs;

/// <summary>How pixels are weighed when a picture is resized; the values are Pillow's and those of the <c>resample</c> field.</summary>
public enum PillowFilter
{
    /// <summary>One source pixel, the one under the centre.</summary>
    Nearest = 0,

    /// <summary>Windowed sinc, three pixels either side.</summary>
    Lanczos = 1,

    /// <summary>Triangle, one pixel either side.</summary>
    Bilinear = 2,

    /// <summary>Cubic convolution with a = −0.5, two pixels either side.</summary>
    Bicubic = 3,

    /// <summary>Plain mean, half a pixel either side.</summary>
    Box = 4,

    /// <summary>Sinc in a Hamming window, one pixel either side.</summary>
    Hamming = 5,
}
