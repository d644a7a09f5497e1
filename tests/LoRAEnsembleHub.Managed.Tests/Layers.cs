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
            ["LoRAEnsembleHub.HubClient"] = ["Microsoft.Extensions.Logging.Abstractions", "Polly.Core"],
            ["LoRAEnsembleHub.HubServer"] =
            [
                "K4os.Compression.LZ4.Streams",
                "LoRAEnsembleHub.HubClient",
                "LoRAEnsembleHub.Safetensors",
                "YamlDotNet",
            ],
            ["LoRAEnsembleHub"] =
            [
                "LoRAEnsembleHub.Evaluation",
                "LoRAEnsembleHub.Safetensors",
                "Microsoft.Extensions.Logging.Abstractions",
                "Microsoft.ML.Tokenizers",
                "NVorbis",
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
                .Where(name => !IsFramework(library, name)),
        ];
    }

    // ASP.NET lies in a folder of its own beside the runtime's; only the server may refer to it.
    private static bool IsFramework(string library, string name)
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var web = Path.Combine(runtime, "..", "..", "Microsoft.AspNetCore.App", Path.GetFileName(runtime));
        return File.Exists(Path.Combine(runtime, name + ".dll"))
            || (library == "LoRAEnsembleHub.HubServer" && File.Exists(Path.Combine(web, name + ".dll")));
    }
}
