using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Branches and tags: create, delete, and the history of a branch made into one commit.</summary>
internal static class BranchRoutes
{
    public static void Map(RouteTable routes)
    {
        routes.Repo("POST", "branch", CreateBranchAsync);
        routes.Repo("DELETE", "branch", DeleteBranchAsync);
        routes.Repo("POST", "tag", CreateTagAsync);
        routes.Repo("DELETE", "tag", DeleteTagAsync);
        routes.Repo("POST", "super-squash", SquashAsync);
    }

    private static async Task CreateBranchAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var name = NewName(string.Join('/', exchange.Rest));
        var empty = body.Flag("emptyBranch") ?? false;
        var overwrite = body.Flag("overwrite") ?? false;
        var start = await RepoView
            .OpenAsync(repo, body.Text("startingPoint") ?? RepoState.DefaultBranch, exchange.Cancelled)
            .ConfigureAwait(false);
        await repo.ChangeAsync(
                async (folder, state) =>
                {
                    if (!overwrite || !state.Branches.ContainsKey(name))
                    {
                        EnsureFree(name, state.Branches.Keys, "branch");
                    }

                    var target = start.Commit.Hash;
                    if (empty)
                    {
                        var nothing = new FileTree([]);
                        var commit = exchange.Host.Commits.First(nothing, exchange.Caller.User!, "initial commit");
                        await folder.AddAsync(commit, nothing, exchange.Cancelled).ConfigureAwait(false);
                        target = commit.Hash;
                    }

                    return exchange.Host.Commits.Moved(state, name, target);
                },
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await exchange.JsonAsync(new JsonObject()).ConfigureAwait(false);
    }

    private static async Task DeleteBranchAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var name = CommitWriter.Branch(string.Join('/', exchange.Rest));
        if (name == RepoState.DefaultBranch)
        {
            throw RequestFault.Forbidden($"The branch {name} is the default one and cannot be deleted");
        }

        await repo.ChangeAsync(
                (_, state) =>
                    state.Branches.ContainsKey(name)
                        ? Task.FromResult(state with { Branches = state.Branches.Remove(name) })
                        : throw RequestFault.RevisionNotFound(name),
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await exchange.JsonAsync(new JsonObject()).ConfigureAwait(false);
    }

    private static async Task CreateTagAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var name = NewName(body.Text("tag") ?? throw RequestFault.BadRequest("'tag' is missing."));
        var revision = exchange.Rest.Count > 0 ? string.Join('/', exchange.Rest) : RepoState.DefaultBranch;
        var target = await RepoView.OpenAsync(repo, revision, exchange.Cancelled).ConfigureAwait(false);
        await repo.ChangeAsync(
                (_, state) =>
                {
                    EnsureFree(name, state.Tags.Keys, "tag");
                    return Task.FromResult(state with { Tags = state.Tags.SetItem(name, target.Commit.Hash) });
                },
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await exchange.JsonAsync(new JsonObject()).ConfigureAwait(false);
    }

    private static async Task DeleteTagAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var name = string.Join('/', exchange.Rest);
        await repo.ChangeAsync(
                (_, state) =>
                    state.Tags.ContainsKey(name)
                        ? Task.FromResult(state with { Tags = state.Tags.Remove(name) })
                        : throw RequestFault.RevisionNotFound(name),
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await exchange.JsonAsync(new JsonObject()).ConfigureAwait(false);
    }

    private static async Task SquashAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var branch = CommitWriter.Branch(string.Join('/', exchange.Rest));
        var title = body.Text("message")?.Split('\n')[0] is { Length: > 0 } message ? message : $"Super-squash branch '{branch}'";
        var state = await repo.ChangeAsync(
                async (folder, state) =>
                {
                    var head = state.Branches.GetValueOrDefault(branch) ?? throw RequestFault.RevisionNotFound(branch);
                    var view = await RepoView.OpenAsync(repo, head.Hex, exchange.Cancelled).ConfigureAwait(false);
                    var commit = exchange.Host.Commits.First(view.Tree, exchange.Caller.User!, title);
                    await folder.AddAsync(commit, view.Tree, exchange.Cancelled).ConfigureAwait(false);
                    return exchange.Host.Commits.Moved(state, branch, commit.Hash);
                },
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await exchange.JsonAsync(new JsonObject { ["commitId"] = state.Branches[branch].Hex }).ConfigureAwait(false);
    }

    // A name that reads as a commit, as a reference or as HEAD would hide what it is taken for.
    private static string NewName(string name) =>
        Revision.IsValid(name)
        && !CommitHash.TryParse(name, out var _)
        && name != "HEAD"
        && name != "refs"
        && !name.StartsWith("refs/", StringComparison.Ordinal)
            ? name
            : throw RequestFault.BadRequest($"'{HubText.Shown(name)}' cannot be the name of a branch or tag.");

    // As in git, a/b and a cannot both be: addresses with slashes could mean either.
    private static void EnsureFree(string name, IEnumerable<string> taken, string what)
    {
        foreach (var other in taken)
        {
            if (
                other == name
                || other.StartsWith(name + "/", StringComparison.Ordinal)
                || name.StartsWith(other + "/", StringComparison.Ordinal)
            )
            {
                throw RequestFault.Conflict(
                    other == name ? $"There is a {what} '{name}' already." : $"The {what} '{other}' is in the way of '{name}'."
                );
            }
        }
    }
}
