using System.Text.Json;

namespace LoRAEnsembleHub.Managed.Tests;

/// <summary>Finds the golden data of the repository from wherever the tests were built to.</summary>
internal static class Golden
{
    private static readonly Lazy<string> root = new(FindRoot);

    /// <summary>Path of a file or folder below tests/golden.</summary>
    public static string Locate(params ReadOnlySpan<string> parts) => Path.Combine([root.Value, .. parts]);

    /// <summary>A JSON file below tests/golden.</summary>
    public static JsonElement Json(params ReadOnlySpan<string> parts)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Locate(parts)));
        return document.RootElement.Clone();
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LoRAEnsembleHub.sln")))
            {
                return Path.Combine(folder.FullName, "tests", "golden");
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds LoRAEnsembleHub.sln.");
    }
}
