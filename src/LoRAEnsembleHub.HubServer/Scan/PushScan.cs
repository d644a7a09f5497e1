namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Looks into what a commit brings, before any branch names it.</summary>
internal static class PushScan
{
    private const int MostTold = 20;

    /// <summary>Looks into all files that a commit puts.</summary>
    /// <param name="exchange">The push.</param>
    /// <param name="repo">Where it goes.</param>
    /// <param name="operations">Its changes, with their content in the store.</param>
    /// <returns>A line for each file that is not harmless; empty if there is none.</returns>
    /// <exception cref="RequestFault">422: the server refuses such files.</exception>
    public static async Task<string> RunAsync(Exchange exchange, StoredRepository repo, IReadOnlyList<CommitOperation> operations)
    {
        var found = new List<string>();
        foreach (var put in operations.OfType<CommitOperation.Put>())
        {
            var verdict = await exchange.Host.Verdicts.OfAsync(put.File, repo.LocateAsync, exchange.Cancelled).ConfigureAwait(false);
            if (verdict.Level >= ScanLevel.Caution)
            {
                var line = Line(put.Path, verdict);
                found.Add(line);
                HubServerLog.Found(exchange.Host.Logger, repo.Id, line);
            }
        }

        var text = string.Join('\n', found.Take(MostTold));
        return found.Count == 0 || !exchange.Host.Options.RefuseUnsafeFiles
            ? text
            : throw RequestFault.Unprocessable(
                $"This server takes no files that are not known to be harmless, so nothing was committed. {text}"
            );
    }

    private static string Line(string path, ScanVerdict verdict)
    {
        var bad = verdict.Imports.Where(import => import.Rating > ImportRating.Innocuous).OrderByDescending(import => import.Rating);
        var imports = string.Join(", ", bad.Take(5).Select(import => HubText.Shown($"{import.Module}.{import.Name}")));
        var reason = imports.Length > 0 ? $"imports {imports}" : verdict.Message;
        return $"{HubText.Shown(path)}: {SecurityStatus.Word(verdict.Level)}: {reason}";
    }
}
