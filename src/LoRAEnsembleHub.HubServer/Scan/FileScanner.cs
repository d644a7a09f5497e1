using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Looks into a file that a hub is to serve: pickles are walked, safetensors are proved; nothing is loaded or run.</summary>
internal static class FileScanner
{
    private const int ProblemsTold = 5;

    /// <returns>Whether a file of that name is looked into at all.</returns>
    /// <param name="path">The name in the repository.</param>
    public static bool LooksInto(string path) => PickleNames.Fits(path) || IsSafetensors(path);

    /// <summary>Looks into a file.</summary>
    /// <param name="path">The name in the repository; it decides what loaders take the file for.</param>
    /// <param name="file">Where the bytes are.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    public static Task<ScanVerdict> ScanAsync(string path, string file, CancellationToken cancellationToken) =>
        IsSafetensors(path) ? ProveAsync(path, file, cancellationToken)
        : PickleNames.Fits(path) ? WalkAsync(path, file, cancellationToken)
        : Task.FromResult(ScanVerdict.Unscanned);

    private static bool IsSafetensors(string path) => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static async Task<ScanVerdict> ProveAsync(string path, string file, CancellationToken cancellationToken)
    {
        try
        {
            using var proved = await SafetensorsFile.OpenAsync(file, cancellationToken).ConfigureAwait(false);
            return new(ScanLevel.Safe, false, [], null);
        }
        catch (SafetensorsException error)
        {
            var problem = error.Message.Replace(file, path, StringComparison.Ordinal);
            return new(ScanLevel.Caution, false, [], $"It is no safetensors file: {HubText.Shown(problem)}");
        }
    }

    private static async Task<ScanVerdict> WalkAsync(string path, string file, CancellationToken cancellationToken)
    {
        var findings = new PickleFindings();
        var scanner = new ContainerScanner(findings, new FileInfo(file).Length);
        await scanner.ScanAsync(() => File.OpenRead(file), Path.GetFileName(path), true, 0, cancellationToken).ConfigureAwait(false);
        if (!scanner.FoundAny)
        {
            return new(ScanLevel.Unscanned, false, [], "It is no pickle: Python's loaders refuse it before it imports anything.");
        }

        var imports = findings.Imports;
        var worst = imports.Count == 0 ? ImportRating.Innocuous : imports.Max(import => import.Rating);
        var level = worst switch
        {
            ImportRating.Dangerous => ScanLevel.Unsafe,
            ImportRating.Suspicious => ScanLevel.Suspicious,
            _ => scanner.Problems.Count > 0 ? ScanLevel.Caution : ScanLevel.Safe,
        };
        return new(level, true, imports, Message(scanner.Problems));
    }

    private static string? Message(IReadOnlyList<string> problems) =>
        problems.Count switch
        {
            0 => null,
            <= ProblemsTold => $"Not looked into to the end: {string.Join("; ", problems)}.",
            _ => $"Not looked into to the end: {string.Join("; ", problems.Take(ProblemsTold))}; and {problems.Count - ProblemsTold} more.",
        };
}
