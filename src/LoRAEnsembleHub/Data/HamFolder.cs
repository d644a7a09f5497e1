using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens HAM10000: a table of dermatoscopic pictures and the folders that they lie in.</summary>
/// <remarks>
/// <para>Tschandl, Rosendahl and Kittler 2018. Classes are numbered by their first row in the table, as in the LoRA-Ensemble paper's code.</para>
/// <para>
/// The data set comes undivided, with several pictures of many lesions. <c>train</c> and <c>test</c> are the published division: four
/// fifths and one fifth of the pictures of each class, picture for picture those of scikit-learn's <c>train_test_split</c> with random
/// state 42. One lesion may be on both sides of it. <c>train-by-lesion</c> and <c>test-by-lesion</c> divide the lesions alike, and with
/// them their pictures, so that no lesion that was learned from is measured on.
/// </para>
/// </remarks>
internal sealed class HamFolder : FolderLayout<RgbImage>
{
    private const string ByLesion = "-by-lesion";
    private const double TestShare = 0.2;
    private const uint Seed = 42;

    private static readonly string[] tables = ["HAM10000_metadata.csv", "HAM10000_metadata"];
    private static readonly string[] splits = ["train", "test", "train" + ByLesion, "test" + ByLesion];

    /// <inheritdoc />
    internal override bool Matches(string folder) => TableOf(folder) is not null;

    /// <inheritdoc />
    internal override IReadOnlyList<string> FindSplits(string folder)
    {
        var pictures = Pictures.Read(TableOf(folder)!);
        var lesions = pictures.FirstOfEachLesion().Select(index => pictures.Labels[index]).ToArray();
        string[] found = [.. splits.Where(split => StratifiedSplit.CanDivide(IsByLesion(split) ? lesions : pictures.Labels, TestShare))];
        return found.Length > 0 ? found : [Splits.Whole];
    }

    /// <inheritdoc />
    internal override LabeledData<RgbImage> Open(
        string folder,
        string split,
        IReadOnlyList<string>? classNames,
        Func<string, RgbImage> decode
    )
    {
        var file = TableOf(folder)!;
        var picked = Splits.Pick(folder, split, [.. splits, Splits.Whole]);
        var pictures = Pictures.Read(file);
        var chosen =
            picked == Splits.Whole ? Enumerable.Range(0, pictures.Ids.Length)
            : IsByLesion(picked) ? ByLesions(file, pictures, picked.StartsWith("test", StringComparison.Ordinal))
            : StratifiedSplit.Of(pictures.Labels, TestShare, Seed, file).Side(picked == "test");
        var map = new LabelMap(file, ClassNameFiles.Checked(pictures.ClassNames, file), classNames, pictures.ClassNames.Length);
        var paths = PathsOf(folder);
        var missing = pictures.Ids.Index().Where(image => !paths.ContainsKey(image.Item)).ToArray();
        if (missing.Length > 0)
        {
            throw DataSetException.NotFound(
                $"{file}({pictures.Lines[missing[0].Index]}): {missing.Length} of {pictures.Ids.Length} pictures are not there, the first "
                    + $"{missing[0].Item}.jpg. They are looked for in {folder} and the folders in it, such as HAM10000_images_part_1. Fetch all parts."
            );
        }

        return new LabeledFiles<RgbImage>(
            DataNames.Of(folder, picked),
            map.ClassNames,
            [.. chosen.Select(index => (paths[pictures.Ids[index]], map.ByName(pictures.ClassNames[pictures.Labels[index]])))],
            decode
        );
    }

    private static string? TableOf(string folder) => tables.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    // The table's own ids pick from what is really in the folders, so no id can lead elsewhere.
    private static Dictionary<string, string> PathsOf(string folder)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var place in new[] { folder }.Concat(Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)))
        {
            foreach (var file in Directory.EnumerateFiles(place, "*.jpg"))
            {
                paths.TryAdd(Path.GetFileNameWithoutExtension(file), file);
            }
        }

        return paths;
    }

    private static bool IsByLesion(string split) => split.EndsWith(ByLesion, StringComparison.Ordinal);

    private static IEnumerable<int> ByLesions(string file, Pictures pictures, bool isTest)
    {
        var firsts = pictures.FirstOfEachLesion();
        var side = StratifiedSplit
            .Of([.. firsts.Select(index => pictures.Labels[index])], TestShare, Seed, file, "lesions")
            .Side(isTest)
            .Select(index => pictures.Lesions[firsts[index]])
            .ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(0, pictures.Lesions.Length).Where(index => side.Contains(pictures.Lesions[index]));
    }

    /// <summary>The table: one entry of each array for each picture, but of <c>ClassNames</c> one for each class.</summary>
    private sealed record Pictures(string[] Ids, string[] Lesions, int[] Labels, int[] Lines, string[] ClassNames)
    {
        public static Pictures Read(string file)
        {
            var table = CsvTable.Read(file);
            if (table.Rows.Count == 0)
            {
                throw DataSetException.Malformed($"{file}: no rows below the header; one row per picture is needed. Fetch the file again.");
            }

            var classes = table.Column("dx");
            var names = classes.Distinct(StringComparer.Ordinal).ToArray();
            return new Pictures(
                table.Column("image_id"),
                table.Column("lesion_id"),
                [.. classes.Select(name => Array.IndexOf(names, name))],
                [.. table.Rows.Select(row => row.Line)],
                names
            );
        }

        /// <summary>In rising order.</summary>
        public int[] FirstOfEachLesion() => [.. Lesions.Index().DistinctBy(lesion => lesion.Item).Select(lesion => lesion.Index)];
    }
}
