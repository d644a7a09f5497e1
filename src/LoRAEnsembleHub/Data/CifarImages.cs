using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>The pictures of one or more CIFAR files, one file after the other.</summary>
internal sealed class CifarImages : LabeledData<RgbImage>
{
    private readonly (CifarFile File, int Place)[] places; // [count]
    private readonly int[] labels; // [count]

    /// <exception cref="DataSetException">A label is of no class; the message names file and picture.</exception>
    internal CifarImages(string name, LabelMap map, IReadOnlyList<CifarFile> files)
    {
        (Name, ClassNames) = (name, map.ClassNames);
        places = [.. files.SelectMany(file => Enumerable.Range(0, file.Count).Select(place => (file, place)))];
        labels = [.. places.Select(at => map.ByNumber(at.File.Label(at.Place), Source(at)))];
    }

    public override string Name { get; }

    public override int Count => places.Length;

    public override IReadOnlyList<string> ClassNames { get; }

    public override int Label(int index) => labels[Checked(index)];

    public override RgbImage Read(int index)
    {
        var (file, place) = places[Checked(index)];
        return file.Picture(place);
    }

    public override string Source(int index) => Source(places[Checked(index)]);

    private static string Source((CifarFile File, int Place) at) => $"{at.File.Path}#{at.Place}";
}
