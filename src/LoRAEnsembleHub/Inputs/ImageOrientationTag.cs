namespace LoRAEnsembleHub.Inputs;

/// <summary>Where the first stored row and the first stored column lie in the upright picture; values as in EXIF tag 0x0112.</summary>
public enum ImageOrientationTag
{
    /// <summary>Stored upright, or the file does not say.</summary>
    TopLeft = 1,

    /// <summary>Mirrored left to right.</summary>
    TopRight = 2,

    /// <summary>Turned by half a turn.</summary>
    BottomRight = 3,

    /// <summary>Mirrored top to bottom.</summary>
    BottomLeft = 4,

    /// <summary>Rows and columns exchanged.</summary>
    LeftTop = 5,

    /// <summary>Needs a quarter turn clockwise.</summary>
    RightTop = 6,

    /// <summary>Rows and columns exchanged, then turned by half a turn.</summary>
    RightBottom = 7,

    /// <summary>Needs a quarter turn counter-clockwise.</summary>
    LeftBottom = 8,
}
