using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Pictures;

/// <summary>Pictures of unknown classes, read when asked for.</summary>
internal sealed class PictureFiles(IReadOnlyList<string> files, IReadOnlyList<string> classNames, ImageOrientation orientation)
    : LabeledImages
{
    public override string Name => files.Count == 1 ? files[0] : $"{files.Count} pictures";

    public override int Count => files.Count;

    public override IReadOnlyList<string> ClassNames => classNames;

    /// <summary>Nothing is known; the labels of such pictures are not used.</summary>
    public override int Label(int index) => 0;

    public override RgbImage Read(int index) => ImageDecoder.Read(files[index], orientation).Image;

    public override string Source(int index) => files[index];
}
