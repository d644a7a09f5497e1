namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>What was found in one file.</summary>
/// <param name="Level">The verdict.</param>
/// <param name="IsPickle">Whether the file was looked into as pickles.</param>
/// <param name="Imports">What its pickles import.</param>
/// <param name="Message">Why the verdict is not better, or what the file is; null if there is nothing to say.</param>
internal sealed record ScanVerdict(ScanLevel Level, bool IsPickle, IReadOnlyList<PickleImport> Imports, string? Message)
{
    /// <summary>The verdict on files that are not looked into.</summary>
    public static ScanVerdict Unscanned { get; } = new(ScanLevel.Unscanned, false, [], null);
}
