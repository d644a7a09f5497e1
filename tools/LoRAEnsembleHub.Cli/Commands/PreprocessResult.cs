using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What <c>preprocess</c> wrote and what was done to each picture.</summary>
internal sealed record PreprocessResult : ICommandResult
{
    public required string Config { get; init; }

    public required string Output { get; init; }

    public required ImageOrientation Orientation { get; init; }

    public required IReadOnlyList<TensorFact> Tensors { get; init; }

    public required IReadOnlyList<PreparedPicture> Pictures { get; init; }

    public IEnumerable<Block> ToBlocks() => [TensorFact.Grid(Output, Tensors)];

    public IEnumerable<string> ToQuietLines() => [Output];
}

/// <summary>One picture and how it became RGB.</summary>
internal sealed record PreparedPicture
{
    public required string File { get; init; }

    public required string Format { get; init; }

    public required bool GreyRepeated { get; init; }

    public required bool AlphaDropped { get; init; }

    /// <summary>1 to 8, as in EXIF.</summary>
    public required int StoredOrientation { get; init; }

    /// <summary>The same in words.</summary>
    public required IReadOnlyList<string> Done { get; init; }

    public static PreparedPicture Of(string file, DecodedImage decoded, ImageOrientation wanted)
    {
        var turned = decoded.StoredOrientation != ImageOrientationTag.TopLeft;
        (bool Holds, string Words)[] facts =
        [
            (decoded.GreyRepeated, "grey repeated over red, green and blue"),
            (decoded.SixteenBitGreyClipped, "16-bit grey values above 255 became 255, as Pillow has it"),
            (decoded.AlphaDropped, "transparency dropped without blending"),
            (
                turned,
                $"EXIF orientation {(int)decoded.StoredOrientation} "
                    + (wanted == ImageOrientation.Upright ? "applied" : "not applied; --upright would turn the picture")
            ),
            (decoded.FrameCount > 1, $"first of {decoded.FrameCount} frames taken"),
        ];
        return new PreparedPicture
        {
            File = file,
            Format = decoded.Format,
            GreyRepeated = decoded.GreyRepeated,
            AlphaDropped = decoded.AlphaDropped,
            StoredOrientation = (int)decoded.StoredOrientation,
            Done = [.. facts.Where(fact => fact.Holds).Select(fact => fact.Words)],
        };
    }
}
