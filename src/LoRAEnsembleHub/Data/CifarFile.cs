using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>One file of CIFAR pictures, held in memory as it is.</summary>
internal sealed class CifarFile
{
    private const int Edge = 32;
    private const int Plane = Edge * Edge;

    private readonly byte[] bytes;
    private readonly int labelBytes; // before each picture; the last of them is the label

    private CifarFile(string path, byte[] bytes, int labelBytes) => (Path, this.bytes, this.labelBytes) = (path, bytes, labelBytes);

    internal string Path { get; }

    internal int Count => bytes.Length / Record;

    private int Record => labelBytes + (3 * Plane);

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The data set, for messages.</param>
    /// <param name="coarseClasses">The number of coarse classes, whose label comes first; 0 for none.</param>
    /// <exception cref="DataSetException">The file is empty, ends inside a picture, or has a coarse label that there is not.</exception>
    internal static CifarFile Read(string path, string name, int coarseClasses)
    {
        var file = new CifarFile(path, File.ReadAllBytes(path), coarseClasses > 0 ? 2 : 1);
        if (file.bytes.Length == 0 || file.bytes.Length % file.Record != 0)
        {
            throw DataSetException.Malformed(
                $"{path}: {file.bytes.Length} bytes; {name} has {file.Record} for each picture, and this is "
                    + (file.Count == 0 ? "less than one." : $"{file.Count} pictures and {file.bytes.Length % file.Record} bytes.")
                    + " Fetch the file again."
            );
        }

        for (var index = 0; coarseClasses > 0 && index < file.Count; index++)
        {
            if (file.bytes[index * file.Record] is var coarse && coarse >= coarseClasses)
            {
                throw DataSetException.Malformed(
                    $"{path}#{index}: the coarse label is {coarse}; {name} has {coarseClasses} coarse classes. Is it another kind of file?"
                );
            }
        }

        return file;
    }

    internal int Label(int index) => bytes[(index * Record) + labelBytes - 1];

    internal RgbImage Picture(int index)
    {
        var planes = bytes.AsSpan((index * Record) + labelBytes, 3 * Plane);
        var pixels = new byte[3 * Plane];
        for (var pixel = 0; pixel < Plane; pixel++)
        {
            for (var color = 0; color < 3; color++)
            {
                pixels[(3 * pixel) + color] = planes[(color * Plane) + pixel];
            }
        }

        return new RgbImage(Edge, Edge, pixels);
    }
}
