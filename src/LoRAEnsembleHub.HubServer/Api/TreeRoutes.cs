using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving.Scan;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Listings of files: <c>tree</c>, <c>paths-info</c> and <c>treesize</c>.</summary>
internal static class TreeRoutes
{
    private const int EntriesPerPage = 1_000;
    private const int ExpandedPerPage = 100;

    public static void Map(RouteTable routes)
    {
        routes.Repo("GET", "tree", TreeAsync);
        routes.Repo("POST", "paths-info", PathsInfoAsync);
        routes.Repo("GET", "treesize", SizeAsync);
    }

    private static async Task TreeAsync(Exchange exchange)
    {
        var repo = await exchange.ReadableAsync().ConfigureAwait(false);
        var (view, folder) = await RepoView.OpenAsync(repo, exchange.Rest, exchange.Cancelled).ConfigureAwait(false);
        var skip = 0;
        if (exchange.Query("cursor") is { Length: > 0 } cursor)
        {
            // The cursor holds the commit, so that all pages are of one listing although the branch may move between them.
            var parts = Paging.Read(cursor).Split(':');
            skip =
                parts.Length == 2 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var place) && place >= 0
                    ? place
                    : throw RequestFault.BadRequest("The cursor is not one that this server gave.");
            view = await RepoView.OpenAsync(repo, parts[0], exchange.Cancelled).ConfigureAwait(false);
        }

        var expand = exchange.Flag("expand");
        var most = expand ? ExpandedPerPage : EntriesPerPage;
        var limit = Math.Max(1, exchange.Number("limit", most, most));
        var entries = Entries(view, folder, exchange.Flag("recursive")).ToList();
        var page = entries.Skip(skip).Take(limit).ToList();
        if (skip + page.Count < entries.Count)
        {
            var state = string.Create(CultureInfo.InvariantCulture, $"{view.Commit.Hash}:{skip + page.Count}");
            Paging.Next(exchange, ("cursor", Paging.Cursor(state)));
        }

        await AnswerAsync(exchange, view, page, expand).ConfigureAwait(false);
    }

    private static async Task PathsInfoAsync(Exchange exchange)
    {
        var repo = await exchange.ReadableAsync().ConfigureAwait(false);
        var (paths, expand) = await ReadPathsAsync(exchange).ConfigureAwait(false);
        var view = await RepoView.OpenAsync(repo, string.Join('/', exchange.Rest), exchange.Cancelled).ConfigureAwait(false);
        if (paths.Count > exchange.Host.Limits.PathsPerRequest)
        {
            throw RequestFault.TooLarge($"{paths.Count} paths are too many; ask for {exchange.Host.Limits.PathsPerRequest} at a time.");
        }

        var found =
            from path in paths.Select(path => path.Trim('/')).Distinct()
            let file = view.Tree.Find(path)
            where file is not null || view.Tree.Folders.ContainsKey(path)
            select file is null ? FileJson.Folder(path, view.Tree.Folders[path]) : FileJson.File(file);
        await AnswerAsync(exchange, view, [.. found], expand).ConfigureAwait(false);
    }

    private static async Task SizeAsync(Exchange exchange)
    {
        var repo = await exchange.ReadableAsync().ConfigureAwait(false);
        var (view, path) = await RepoView.OpenAsync(repo, exchange.Rest, exchange.Cancelled).ConfigureAwait(false);
        if (path.Length > 0 && view.Tree.Find(path) is null && !view.Tree.Folders.ContainsKey(path))
        {
            throw RequestFault.EntryNotFound(view.Commit.Hash);
        }

        var size = view.Tree.Files.Where(file => path.Length == 0 || file.Path == path || IsBelow(file.Path, path)).Sum(file => file.Size);
        await exchange.JsonAsync(new JsonObject { ["path"] = path, ["size"] = size }).ConfigureAwait(false);
    }

    private static IEnumerable<JsonObject> Entries(RepoView view, string folder, bool recursive)
    {
        if (folder.Length > 0 && !view.Tree.Folders.ContainsKey(folder))
        {
            throw RequestFault.EntryNotFound(view.Commit.Hash);
        }

        var files = view.Tree.Files.Select(file => (file.Path, Json: new Func<JsonObject>(() => FileJson.File(file))));
        var folders = view.Tree.Folders.Select(entry =>
            (Path: entry.Key, Json: new Func<JsonObject>(() => FileJson.Folder(entry.Key, entry.Value)))
        );
        return files
            .Concat(folders)
            .Where(entry => folder.Length == 0 || IsBelow(entry.Path, folder))
            .Where(entry => recursive || !Inside(entry.Path, folder).Contains('/', StringComparison.Ordinal))
            .OrderBy(entry => entry.Path, StringComparer.Ordinal)
            .Select(entry => entry.Json());
    }

    private static async Task AnswerAsync(Exchange exchange, RepoView view, List<JsonObject> entries, bool expand)
    {
        if (expand)
        {
            var paths = entries.Select(entry => (string)entry["path"]!);
            var changes = await History.LastChangesAsync(view, paths, exchange.Cancelled).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                var path = (string)entry["path"]!;
                entry["lastCommit"] = FileJson.LastCommit(changes[path]);
                if (view.Tree.Find(path) is { } file)
                {
                    var verdict = await exchange.Host.Verdicts.OfAsync(file, view, exchange.Cancelled).ConfigureAwait(false);
                    entry["securityFileStatus"] = SecurityStatus.OfFile(verdict);
                }
            }
        }

        await exchange.JsonAsync(new JsonArray([.. entries])).ConfigureAwait(false);
    }

    // Python's client sends a form, huggingface.js JSON.
    private static async Task<(IReadOnlyList<string> Paths, bool Expand)> ReadPathsAsync(Exchange exchange)
    {
        if (exchange.Http.Request.HasFormContentType)
        {
            RequestBody.Allow(exchange.Http.Request, exchange.Host.Limits.JsonBytes);
            try
            {
                var form = await exchange.Http.Request.ReadFormAsync(FormLimits(exchange), exchange.Cancelled).ConfigureAwait(false);
                return (
                    [.. form["paths"].Select(path => path ?? "")],
                    string.Equals(form["expand"], "true", StringComparison.OrdinalIgnoreCase)
                );
            }
            catch (InvalidDataException error)
            {
                throw RequestFault.TooLarge($"The form is refused: {error.Message}");
            }
        }

        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var paths = body["paths"] switch
        {
            JsonArray list when list.All(item => item?.GetValueKind() == JsonValueKind.String) => list.Select(item => (string)item!),
            JsonValue one when one.GetValueKind() == JsonValueKind.String => [(string)one!],
            _ => throw RequestFault.BadRequest("'paths' must be a list of texts."),
        };
        return ([.. paths], body.Flag("expand") ?? false);
    }

    private static Microsoft.AspNetCore.Http.Features.FormOptions FormLimits(Exchange exchange) =>
        new() { ValueCountLimit = exchange.Host.Limits.PathsPerRequest + 16, BufferBodyLengthLimit = exchange.Host.Limits.JsonBytes };

    private static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);

    private static string Inside(string path, string folder) => folder.Length == 0 ? path : path[(folder.Length + 1)..];
}
