using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

internal sealed partial class PushHub
{
    private IResult Create()
    {
        if (Branches.Count > 0)
        {
            return new Refusal(409, null, "exists");
        }

        Make((".gitattributes", "*.safetensors filter=lfs\n"));
        return Results.Json(new { url = new Uri(Address, "team/set").AbsoluteUri });
    }

    private IResult Branch(string name) =>
        Branches.TryAdd(Uri.UnescapeDataString(name), [.. Branches["main"]]) ? Results.Json(new { }) : new Refusal(409, null, "exists");

    private HubCommit? Find(string name) =>
        Branches.GetValueOrDefault(Uri.UnescapeDataString(name))?[^1]
        ?? Branches.Values.SelectMany(commits => commits).FirstOrDefault(commit => commit.Id.Hex == name);

    private IResult Info(string name) =>
        Find(name) is { } commit ? Results.Json(new { id = "team/set", sha = commit.Id.Hex }) : Missing("RevisionNotFound");

    private IResult History(string name) =>
        Results.Json(
            Branches[Uri.UnescapeDataString(name)]
                .AsEnumerable()
                .Reverse()
                .Select(commit => new { id = commit.Id.Hex, title = commit.Title })
                .ToArray()
        );

    private IResult Tree(string name) =>
        Find(name) is not { } commit
            ? Missing("RevisionNotFound")
            : Results.Json(
                commit
                    .Files.Select(file => new
                    {
                        type = "file",
                        path = file.Key,
                        size = file.Value.Bytes.Length,
                        oid = file.Value.IsLarge ? new string('0', 40) : file.Value.Oid,
                        lfs = file.Value.IsLarge
                            ? new
                            {
                                oid = file.Value.Oid,
                                size = file.Value.Bytes.Length,
                                pointerSize = 130,
                            }
                            : null,
                    })
                    .ToArray()
            );

    private IResult Refs() =>
        Results.Json(
            new
            {
                branches = Array.Empty<object>(),
                converts = Array.Empty<object>(),
                tags = Array.Empty<object>(),
                pullRequests = Branches
                    .Where(branch => branch.Key.StartsWith("refs/pr/", StringComparison.Ordinal))
                    .Select(branch => new
                    {
                        name = branch.Key,
                        @ref = branch.Key,
                        targetCommit = branch.Value[^1].Id.Hex,
                    })
                    .ToArray(),
            }
        );

    private IResult Preupload(SeenRequest request, string branch)
    {
        if (Find(branch) is not { } head)
        {
            return Missing("RevisionNotFound");
        }

        using var question = JsonDocument.Parse(request.Body);
        var paths = question.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()!);
        return Results.Json(
            new
            {
                files = paths
                    .Select(path => new
                    {
                        path,
                        uploadMode = IsLarge(path) ? "lfs" : "regular",
                        shouldIgnore = Ignored.Contains(path),
                        oid = head.Files.GetValueOrDefault(path)?.Oid,
                    })
                    .ToArray(),
            }
        );
    }

    private IResult Commit(SeenRequest request, string escaped)
    {
        var branch = Uri.UnescapeDataString(escaped);
        var files = new Dictionary<string, Stored>(Branches[branch][^1].Files);
        var title = "";
        foreach (var line in request.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            var value = document.RootElement.GetProperty("value");
            string Value(string name) => value.GetProperty(name).GetString()!;
            switch (document.RootElement.GetProperty("key").GetString())
            {
                case "header":
                    title = Value("summary");
                    if (value.TryGetProperty("parentCommit", out var parent) && parent.GetString() != Branches[branch][^1].Id.Hex)
                    {
                        return new Refusal(412, null, "The branch was updated since you opened this page.");
                    }

                    break;
                case "file":
                    files[Value("path")] = new(Convert.FromBase64String(Value("content")), IsLarge(Value("path")));
                    break;
                case "lfsFile":
                    if (!Objects.TryGetValue(Value("oid"), out var bytes))
                    {
                        return new Refusal(400, null, "The object is not stored.");
                    }

                    files[Value("path")] = new(bytes, true);
                    break;
                case "deletedFile" when !files.Remove(Value("path")):
                    return Missing("EntryNotFound");
            }
        }

        return Results.Json(Add(branch, new(title, files), request.Query.Contains("create_pr=1", StringComparison.Ordinal)));
    }

    private object Add(string branch, HubCommit commit, bool asPullRequest)
    {
        string? page = null;
        if (asPullRequest)
        {
            var number = Branches.Keys.Count(name => name.StartsWith("refs/pr/", StringComparison.Ordinal)) + 1;
            page = new Uri(Address, $"team/set/discussions/{number}").AbsoluteUri;
            Branches[$"refs/pr/{number}"] = [.. Branches[branch], commit];
        }
        else
        {
            Branches[branch].Add(commit);
        }

        return new
        {
            success = true,
            commitOid = commit.Id.Hex,
            commitUrl = "",
            pullRequestUrl = page,
        };
    }
}
