using System.Text.Json.Nodes;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests;

/// <summary>The expected results under tests/golden; each case folder says how it was made and how close is close enough.</summary>
internal static class Golden
{
    public static string Repository { get; } = FindRepository();

    public static string Root => Path.Combine(Repository, "tests", "golden");

    /// <summary>The names of everything that a model takes; all else in the file of a case is expected to come out.</summary>
    public static IReadOnlyList<string> InputNames { get; } =
    ["pixel_values", "input_values", "input_ids", "attention_mask", "token_type_ids"];

    /// <summary>The path of a golden file or folder.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static string Folder(string kind, string name) => Path.Combine(Root, kind, name);

    public static JsonNode Case(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "case.json")))!;

    public static IReadOnlyDictionary<string, Tensor> Tensors(string path) => TensorFile.Read(path);

    /// <summary>Names of the case folders of a kind that hold a file.</summary>
    public static IEnumerable<string> Cases(string kind, Func<string, bool> wanted) =>
        Directory
            .GetDirectories(Path.Combine(Root, kind))
            .Where(wanted)
            .Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal);

    /// <summary>Fails unless every number is within the case's tolerance; returns the largest difference.</summary>
    public static double AssertClose(Tensor expected, Tensor actual, JsonNode tolerance, string what)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var (absolute, relative) = ((double)tolerance["absolute"]!, (double)tolerance["relative"]!);
        var (wanted, got) = (expected.to(ScalarType.Float64), actual.to(ScalarType.Float64));
        var difference = (wanted - got).abs();
        var largest = difference.max().item<double>();
        var allowed = absolute + (relative * wanted.abs());
        Assert.True(
            difference.le(allowed).all().item<bool>(),
            $"{what}: largest difference {largest:g3} is outside {absolute:g3} + {relative:g3} × |expected|"
        );
        return largest;
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LoRAEnsembleHub.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("No LoRAEnsembleHub.sln above the tests; golden data is found from there.");
    }
}
