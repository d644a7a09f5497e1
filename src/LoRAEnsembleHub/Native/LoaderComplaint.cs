using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Native;

/// <summary>Turns what the system's loader says about a library into a fault that says what to do.</summary>
internal static partial class LoaderComplaint
{
    public static NativeFault Explain(string path, string complaint)
    {
        // The runtime puts general advice on the first line and the loader's own words, one attempt a line, below it.
        var lines = complaint.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var words = string.Join("; ", lines.Length > 1 ? lines[1..] : lines);
        if (MissingVersion().Match(words) is { Success: true } version)
        {
            return OldSystem(version.Groups["by"].Value, version.Groups["version"].Value, version.Groups["system"].Value);
        }

        if (MissingFile().Match(words) is { Success: true } file && Path.GetFileName(path) != Path.GetFileName(file.Groups["name"].Value))
        {
            var name = file.Groups["name"].Value;
            return new NativeFault(
                name,
                $"{name}, which {path} needs, was not found. Looked in the library's own folder and in the system's. If its name begins "
                    + $"with libtorch or libc10, a file of the package {NativeNames.Current.Packages} is gone: build again. Otherwise "
                    + "install the system package that has it."
            );
        }

        return Damaged(path, words);
    }

    public static NativeFault Damaged(string path, string words) =>
        new(path, $"{path} does not load: {words}. The file is damaged or was made for another system: delete it and build again.");

    private static NativeFault OldSystem(string path, string version, string system) =>
        new(
            path,
            $"{path} needs {version}, which {system} does not have. "
                + (
                    version == "GLIBCXX_3.4.32"
                        ? "It is TorchSharp's library as it comes. Build the program again on this system, without setting TorchShimPatch to "
                            + "never, and the build will adapt it; or run on a system with the libstdc++ of GCC 13 or newer."
                        : "Run on a newer system: the libraries need the libstdc++ of GCC 12 and a glibc of 2.34 or newer, as in Debian 12 "
                            + "and Ubuntu 22.04."
                )
        );

    [GeneratedRegex(@"(?<system>[^\s;]+): version [`'](?<version>[^']+)' not found \(required by (?<by>[^)]+)\)")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(?<name>[^\s;:]+): cannot open shared object file")]
    private static partial Regex MissingFile();
}
