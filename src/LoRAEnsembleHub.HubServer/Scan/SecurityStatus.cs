using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Writes verdicts in the form in which hub clients read them.</summary>
/// <remarks>
/// Python's client needs <c>status</c>, <c>avScan</c> and <c>pickleImportScan</c>. This server has no virus scanner and says so.
/// </remarks>
internal static class SecurityStatus
{
    // Raised when the walk or the table changes in a way that can change verdicts.
    private const string Version = "1";

    /// <returns>The <c>securityFileStatus</c> of an entry in a listing.</returns>
    public static JsonObject OfFile(ScanVerdict verdict)
    {
        var pickles = new JsonObject
        {
            ["status"] = verdict.IsPickle ? Word(verdict.Level) : Word(ScanLevel.Unscanned),
            ["pickleImports"] = new JsonArray([.. verdict.Imports.Select(OfImport)]),
            ["version"] = Version,
        };
        var status = new JsonObject
        {
            ["status"] = Word(verdict.Level),
            ["avScan"] = new JsonObject { ["status"] = Word(ScanLevel.Unscanned) },
            ["pickleImportScan"] = pickles,
        };
        if (verdict.Message is not null)
        {
            (verdict.IsPickle ? pickles : status)["message"] = verdict.Message;
        }

        return status;
    }

    /// <returns>The answer of the route <c>scan</c>: all files that are not harmless, worst first.</returns>
    /// <param name="files">Each file that was looked into, with its verdict.</param>
    public static JsonObject OfRepository(IEnumerable<KeyValuePair<string, ScanVerdict>> files)
    {
        var issues = files
            .Where(file => file.Value.Level >= ScanLevel.Caution)
            .OrderByDescending(file => file.Value.Level)
            .ThenBy(file => file.Key, StringComparer.Ordinal)
            .Select(JsonNode (file) => new JsonObject { ["path"] = file.Key, ["level"] = Word(file.Value.Level) });
        return new() { ["scansDone"] = true, ["filesWithIssues"] = new JsonArray([.. issues]) };
    }

    private static JsonNode OfImport(PickleImport import) =>
        new JsonObject
        {
            ["module"] = import.Module,
            ["name"] = import.Name,
            ["safety"] = import.Rating switch
            {
                ImportRating.Innocuous => "innocuous",
                ImportRating.Suspicious => "suspicious",
                _ => "dangerous",
            },
        };

    /// <returns>The verdict as clients read it.</returns>
    public static string Word(ScanLevel level) =>
        level switch
        {
            ScanLevel.Unscanned => "unscanned",
            ScanLevel.Safe => "safe",
            ScanLevel.Caution => "caution",
            ScanLevel.Suspicious => "suspicious",
            _ => "unsafe",
        };
}
