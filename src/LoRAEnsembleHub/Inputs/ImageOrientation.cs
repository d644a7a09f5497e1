namespace LoRAEnsembleHub.Inputs;

/// <summary>Whether a picture's stored orientation (EXIF tag 0x0112) is applied when it is decoded.</summary>
/// <remarks>
/// The image processors of transformers look at the pixels as stored and never at the tag, so <see cref="AsStored"/>, the default value,
/// reproduces them. The pipelines of transformers turn the picture upright while loading it; <see cref="Upright"/> reproduces those.
/// A model trained on upright photographs sees a telephone's pictures lying on their side under <see cref="AsStored"/>.
/// </remarks>
public enum ImageOrientation
{
    /// <summary>Pixels as they lie in the file; the tag is only reported.</summary>
    AsStored,

    /// <summary>Pixels turned and mirrored as the tag asks.</summary>
    Upright,
}
