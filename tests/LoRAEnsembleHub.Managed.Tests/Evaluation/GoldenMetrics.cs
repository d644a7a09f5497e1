using System.Text.Json;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Managed.Tests.Evaluation;

/// <summary>The cases of tests/golden/metrics; their README gives formulas, makers and tolerances.</summary>
internal static class GoldenMetrics
{
    public static string Folder { get; } = Path.Combine(Root(), "tests", "golden", "metrics");

    public static IEnumerable<string> PredictionCases() =>
        Directory
            .EnumerateFiles(Folder, "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => name != "score-arrays")
            .Order(StringComparer.Ordinal);

    public static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json"))).RootElement;

    public static Predictions Predictions(JsonElement logits, JsonElement? labels)
    {
        var values = logits
            .EnumerateArray()
            .SelectMany(m => m.EnumerateArray())
            .SelectMany(e => e.EnumerateArray())
            .Select(v => v.GetDouble());
        return LoRAEnsembleHub.Evaluation.Predictions.FromDoubles(
            values.ToArray(),
            logits.GetArrayLength(),
            logits[0].GetArrayLength(),
            logits[0][0].GetArrayLength(),
            labels?.EnumerateArray().Select(v => v.GetInt32()).ToArray()
        );
    }

    public static double[] Numbers(this JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];

    /// <summary>Equal within 1e-9 (or the tolerance given) of the expected size, and never finer than double precision allows.</summary>
    public static void Close(double expected, double actual, string what, double tolerance = 1e-9) =>
        Assert.True(
            Math.Abs(expected - actual) <= (tolerance * Math.Abs(expected)) + 1e-15,
            $"{what}: expected {expected:R}, got {actual:R}, off by {Math.Abs(expected - actual):R}"
        );

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LoRAEnsembleHub.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the tests holds LoRAEnsembleHub.sln.");
    }
}
