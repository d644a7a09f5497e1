using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Grey images that lie one after the other in one IDX file, held in memory.</summary>
internal sealed class IdxImages(
    string name,
    string file,
    IReadOnlyList<string> classNames,
    byte[] pixels, // [count, height, width]
    int height,
    int width,
    int[] labels // [count]
) : LabeledData<RgbImage>
{
    public override string Name => name;

    public override int Count => labels.Length;

    public override IReadOnlyList<string> ClassNames => classNames;

    public override int Label(int index) => labels[Checked(index)];

    public override RgbImage Read(int index)
    {
        var size = height * width;
        var grey = pixels.AsSpan(Checked(index) * size, size);
        var colors = new byte[3 * size];
        for (var pixel = 0; pixel < size; pixel++)
        {
            colors.AsSpan(3 * pixel, 3).Fill(grey[pixel]);
        }

        return new RgbImage(width, height, colors);
    }

    public override string Source(int index) => $"{file}#{Checked(index)}";
}
