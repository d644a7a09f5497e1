using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens the binary versions of CIFAR-10 and CIFAR-100; of CIFAR-100 the 100 fine classes are the labels.</summary>
/// <remarks>
/// Krizhevsky 2009. CIFAR-10: <c>data_batch_1.bin</c> … <c>data_batch_5.bin</c> and <c>test_batch.bin</c>, one byte of label before each
/// picture; CIFAR-100: <c>train.bin</c> and <c>test.bin</c>, a byte of the coarse label and one of the fine. A picture is 32 rows of 32
/// pixels, all of red, then all of green, then all of blue.
/// </remarks>
internal sealed class CifarFolder : FolderLayout<RgbImage>
{
    private static readonly Kind ten = new(
        "CIFAR-10",
        "batches.meta.txt",
        10,
        CoarseClasses: 0,
        [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")],
        "test_batch.bin",
        ["data_batch_1", "test_batch"]
    );

    private static readonly Kind hundred = new(
        "CIFAR-100",
        "fine_label_names.txt",
        100,
        CoarseClasses: 20,
        ["train.bin"],
        "test.bin",
        ["train", "meta"]
    );

    /// <inheritdoc />
    internal override bool Matches(string folder) => KindOf(folder) is not null;

    /// <inheritdoc />
    internal override IReadOnlyList<string> FindSplits(string folder)
    {
        var kind = KindOf(folder)!;
        RefusePickles(folder, kind);
        return
        [
            .. kind.Splits.Where(split => split.Files.Any(file => File.Exists(Path.Combine(folder, file)))).Select(split => split.Name),
        ];
    }

    /// <inheritdoc />
    internal override LabeledData<RgbImage> Open(
        string folder,
        string split,
        IReadOnlyList<string>? classNames,
        Func<string, RgbImage> decode
    )
    {
        var kind = KindOf(folder)!;
        var found = FindSplits(folder);
        var name = Splits.Pick(folder, split, found);
        var files = kind.Splits.Single(part => part.Name == name).Files;
        if (files.FirstOrDefault(file => !File.Exists(Path.Combine(folder, file))) is { } missing)
        {
            throw DataSetException.NotFound(
                $"{Path.Combine(folder, missing)}: not found. The {name} split of {kind.Name} is {string.Join(", ", files)}. Fetch them all."
            );
        }

        var map = new LabelMap(folder, NamesOf(folder, kind), classNames, kind.Classes);
        return new CifarImages(
            DataNames.Of(folder, split),
            map,
            [.. files.Select(file => CifarFile.Read(Path.Combine(folder, file), kind.Name, kind.CoarseClasses))]
        );
    }

    private static Kind? KindOf(string folder)
    {
        bool Holds(string file) => File.Exists(Path.Combine(folder, file));
        return new[] { ten, hundred }.FirstOrDefault(kind =>
            kind.Splits.Any(split => split.Files.Any(Holds)) || kind.PickleFiles.All(Holds)
        );
    }

    private static void RefusePickles(string folder, Kind kind)
    {
        if (!kind.Splits.Any(split => split.Files.Any(file => File.Exists(Path.Combine(folder, file)))))
        {
            throw DataSetException.Unfit(
                $"{folder}: this is {kind.Name} as Python pickles, which are programs and not read. Fetch its binary version, with {kind.TestFile}."
            );
        }
    }

    private static IReadOnlyList<string>? NamesOf(string folder, Kind kind)
    {
        var file = Path.Combine(folder, kind.NamesFile);
        if (!File.Exists(file))
        {
            return ClassNameFiles.Find(folder);
        }

        var names = ClassNameFiles.ReadList(file);
        return names.Count == kind.Classes
            ? names
            : throw DataSetException.Malformed($"{file}: {names.Count} class names; {kind.Name} has {kind.Classes}. Fetch the file again.");
    }

    private sealed record Kind(
        string Name,
        string NamesFile,
        int Classes,
        int CoarseClasses,
        string[] TrainFiles,
        string TestFile,
        string[] PickleFiles
    )
    {
        public (string Name, string[] Files)[] Splits => [("train", TrainFiles), ("test", [TestFile])];
    }
}
