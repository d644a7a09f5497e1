using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Images of one file each, decoded when asked for.</summary>
internal sealed class FileImages(
    string name,
    IReadOnlyList<string> classNames,
    IReadOnlyList<(string File, int Label)> images,
    Func<string, RgbImage> decode
) : LabeledImages
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];

    public override string Name => name;

    public override int Count => images.Count;

    public override IReadOnlyList<string> ClassNames => classNames;

    public override int Label(int index) => At(index).Label;

    public override RgbImage Read(int index) => decode(At(index).File);

    public override string Source(int index) => At(index).File;

    /// <summary>The file name endings read as images, for messages.</summary>
    internal static string KnownEndings => string.Join(", ", Endings);

    /// <summary>Whether a file's name says that it is an image.</summary>
    internal static bool IsImage(string file) => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    private (string File, int Label) At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, images.Count);
        return images[index];
    }
}
