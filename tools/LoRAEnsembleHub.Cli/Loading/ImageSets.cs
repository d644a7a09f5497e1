using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Loading;

/// <summary>Opens data sets for measuring and predicting.</summary>
internal static class ImageSets
{
    /// <summary>Which examples a limit picks; fixed, so that figures can be compared.</summary>
    public const long Seed = 42;

    /// <summary>Opens a split with its labels on the classes of a model.</summary>
    public static LabeledImages OpenFor(
        string path,
        string split,
        IReadOnlyList<string> labels,
        ImageOrientation orientation,
        int? limit
    ) => Limited(ImageData.Open(path, split, Decoder(orientation), labels), limit);

    /// <summary>Opens a split with its own classes, whatever they are.</summary>
    public static LabeledImages OpenOther(string path, string split, ImageOrientation orientation, int? limit) =>
        Limited(ImageData.Open(path, split, Decoder(orientation)), limit);

    /// <summary>Opens a split with its labels on the classes of a model where they are the same ones, else with its own.</summary>
    public static LabeledImages OpenAny(string path, string split, IReadOnlyList<string> labels, ImageOrientation orientation, int? limit)
    {
        try
        {
            return OpenFor(path, split, labels, orientation, limit);
        }
        catch (InvalidDataException)
        {
            // other classes, or broken data; the second is thrown again here
            return OpenOther(path, split, orientation, limit);
        }
    }

    private static Func<string, RgbImage> Decoder(ImageOrientation orientation) => path => ImageDecoder.Read(path, orientation).Image;

    /// <summary>Drawn over the whole split, because many data sets are sorted by class.</summary>
    private static LabeledImages Limited(LabeledImages images, int? limit) =>
        limit is { } count && count < images.Count ? images.Subset(count, Seed) : images;
}
