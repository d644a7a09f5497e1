using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace LoRAEnsembleHub.Tests;

/// <summary>Which library may refer to what besides the framework, and what compiled libraries do refer to.</summary>
internal static class Layers
{
    public static IReadOnlyDictionary<string, string[]> Allowed { get; } =
        new Dictionary<string, string[]>
        {
            ["LoRAEnsembleHub.Safetensors"] = [],
            ["LoRAEnsembleHub.Evaluation"] = [],
            ["LoRAEnsembleHub"] =
            [
                "LoRAEnsembleHub.Evaluation",
                "LoRAEnsembleHub.Safetensors",
                "Microsoft.Extensions.Logging.Abstractions",
                "Microsoft.ML.Tokenizers",
                "SkiaSharp",
                "TorchSharp",
            ],
        };

    /// <returns>The references of a library beside the tests that its layer does not allow.</returns>
    public static string[] Forbidden(string library) => [.. References(library).Except(Allowed[library])];

    /// <returns>The project's own assemblies beside the tests, other than tests.</returns>
    public static string[] Present() =>
        [
            .. Directory
                .EnumerateFiles(AppContext.BaseDirectory, "LoRAEnsembleHub*.dll")
                .Select(path => Path.GetFileNameWithoutExtension(path))
                .Where(name => !name.EndsWith(".Tests", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static List<string> References(string library)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, library + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return
        [
            .. metadata
                .AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
                .Where(name => !IsFramework(name)),
        ];
    }

    // By the runtime's own folder, so that ASP.NET, which lies in another one, does not count.
    private static bool IsFramework(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));
}
