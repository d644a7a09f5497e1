namespace LoRAEnsembleHub.Inputs;

/// <summary>How an input is made worse.</summary>
public enum CorruptionKind
{
    /// <summary>Independent normal numbers are added to every value; of sounds too.</summary>
    Noise,

    /// <summary>A picture is averaged with a Gaussian bell.</summary>
    Blur,

    /// <summary>Colours move towards the picture's mean.</summary>
    Contrast,

    /// <summary>A picture is turned about its centre, to either side; corners become black.</summary>
    Rotation,

    /// <summary>A picture is made of fewer, larger pixels.</summary>
    Pixelate,

    /// <summary>A picture goes through a JPEG file of low quality.</summary>
    Jpeg,
}
