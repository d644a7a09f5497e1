using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Data;

/// <summary>Opens ESC-50: <c>meta/esc50.csv</c> and the sounds in <c>audio</c>, divided into folds for cross-validation.</summary>
/// <remarks>
/// Piczak 2015. A fold is measured on after learning from <c>all-but-</c> it; <c>test</c> is fold 1, <c>train</c> the rest. Classes are
/// numbered by the column <c>target</c> and named by <c>category</c>.
/// </remarks>
internal sealed class EscFolder : FolderLayout<Waveform>
{
    private const string Fold = "fold";
    private const string AllBut = "all-but-";

    /// <inheritdoc />
    internal override bool Matches(string folder) => File.Exists(TableOf(folder));

    /// <inheritdoc />
    internal override IReadOnlyList<string> FindSplits(string folder) => FoldsOf(CsvTable.Read(TableOf(folder)));

    /// <inheritdoc />
    internal override LabeledData<Waveform> Open(
        string folder,
        string split,
        IReadOnlyList<string>? classNames,
        Func<string, Waveform> decode
    )
    {
        var file = TableOf(folder);
        var table = CsvTable.Read(file);
        var folds = FoldsOf(table);
        var picked = Splits.Pick(folder, Meant(split), [.. folds, .. folds.Select(fold => AllBut + fold), Splits.Whole]);
        var audio = Path.Combine(Path.GetFullPath(folder), "audio");
        if (!Directory.Exists(audio))
        {
            throw DataSetException.NotFound($"{audio}: not found. ESC-50 has its sounds there. Unpack the whole data set.");
        }

        var numbers = table.Column("target").Zip(table.Rows, (label, row) => ClassNumber.Read(label, $"{file}({row.Line})")).ToArray();
        table.Need("category");
        var map = new LabelMap(file, CsvFiles.NamesOf(table, file, numbers, "category"), classNames, 0);
        var names = table.Column("filename");
        var chosen = table
            .Column(Fold)
            .Index()
            .Where(row =>
                picked == Splits.Whole
                || picked == Fold + row.Item
                || (picked.StartsWith(AllBut, StringComparison.Ordinal) && picked != AllBut + Fold + row.Item)
            )
            .Select(row =>
            {
                var where = $"{file}({table.Rows[row.Index].Line})";
                return (CsvFiles.Inside(audio, names[row.Index], FileKind.Audio, where), map.ByNumber(numbers[row.Index], where));
            });
        return new LabeledFiles<Waveform>(DataNames.Of(folder, picked), map.ClassNames, [.. chosen], decode);
    }

    private static string TableOf(string folder) => Path.Combine(folder, "meta", "esc50.csv");

    private static string Meant(string split) =>
        Splits.Canonical(split) switch
        {
            "test" => Fold + "1",
            "train" => $"{AllBut}{Fold}1",
            _ => split,
        };

    private static string[] FoldsOf(CsvTable table) =>
        [.. table.Column(Fold).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(fold => Fold + fold)];
}
