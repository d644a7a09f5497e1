using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Choices that a user has where a checkpoint's own files leave them open; each concerns one kind of input only.</summary>
/// <remarks>A choice that concerns another kind of input than the checkpoint takes is refused, not ignored.</remarks>
public sealed record InputOptions
{
    /// <summary>The defaults.</summary>
    public static InputOptions Default { get; } = new();

    /// <summary>Pictures: whether they are turned as their EXIF orientation asks; null takes <see cref="UsualOrientation"/>.</summary>
    public ImageOrientation? Orientation { get; init; }

    /// <summary>Pictures: what becomes of their EXIF orientation where nothing is asked for.</summary>
    public ImageOrientation UsualOrientation { get; init; } = ImageOrientation.Upright;

    /// <summary>Pictures: what becomes of pixel values after they are divided by 255.</summary>
    public PixelNormalization Normalization { get; init; } = PixelNormalization.Processor;

    /// <summary>Sounds: what happens to those of another sampling rate.</summary>
    public AudioRate Rate { get; init; } = AudioRate.Resample;

    /// <summary>Texts: the most tokens of one, the special ones counted, 3 or more; null takes what model and tokenizer allow.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 3.</exception>
    public int? MaxTokens
    {
        get;
        init =>
            field = value is null or >= 3
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(value),
                    value,
                    "A text needs 3 tokens or more: its start, a word or the start of a pair, and its end."
                );
    }

    /// <summary>Folder of the model that the inputs are for, where something else says how they are prepared: its limits hold. Null takes the same place.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Refuses choices for another kind of input.</summary>
    /// <param name="word">The kind that the checkpoint takes.</param>
    /// <exception cref="ArgumentException">There is such a choice.</exception>
    internal void RefuseOthersThan(string word)
    {
        foreach (
            var (choice, of) in new (string?, string)[]
            {
                (Orientation is null ? null : "The orientation of pictures", FileKind.Image.Word),
                (Normalization == PixelNormalization.Processor ? null : "The normalisation of pixels", FileKind.Image.Word),
                (Rate == AudioRate.Resample ? null : "What happens to other sampling rates", FileKind.Audio.Word),
                (MaxTokens is null ? null : "The number of tokens", TextExamples.ExampleWord),
            }
        )
        {
            if (choice is not null && of != word)
            {
                throw new ArgumentException($"{choice} was chosen, and one input of this model is one {word}. Leave that choice out.");
            }
        }
    }
}
