using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Repositories as wholes: create, delete, move, settings.</summary>
internal static class RepoRoutes
{
    public static void Map(RouteTable routes)
    {
        routes.Api("POST", "repos/create", exchange => CreateAsync(exchange, routes));
        routes.Api("DELETE", "repos/delete", DeleteAsync);
        routes.Api("POST", "repos/move", exchange => MoveAsync(exchange, routes));
        routes.Repo("PUT", "settings", SettingsAsync);
    }

    private static async Task CreateAsync(Exchange exchange, RouteTable routes)
    {
        exchange.EnsureKnown();
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var id = Named(exchange, body);
        exchange.EnsureMayWrite(id);
        EnsureAllowed(id, routes);
        if (await exchange.Host.Catalogue.FindHereAsync(id, exchange.Cancelled).ConfigureAwait(false) is not null)
        {
            throw Exists(exchange, id);
        }

        var host = exchange.Host;
        var tree = await FirstFiles.StoreAsync(body, host.Store!.Objects, exchange.Cancelled).ConfigureAwait(false);
        var commit = host.Commits.First(tree, exchange.Caller.User!, "initial commit");
        var (isPrivate, gated) = Visibility(body);
        try
        {
            await host
                .Store.CreateAsync(
                    id,
                    commit,
                    tree,
                    hash =>
                        host.Commits.Moved(
                            new()
                            {
                                CreatedAt = host.Time.GetUtcNow(),
                                ModifiedAt = host.Time.GetUtcNow(),
                                Private = isPrivate ?? false,
                                Gated = gated,
                            },
                            RepoState.DefaultBranch,
                            hash
                        ),
                    exchange.Cancelled
                )
                .ConfigureAwait(false);
        }
        catch (RequestFault taken) when (taken.Status == 409)
        {
            throw Exists(exchange, id); // Somebody was faster, or the name differs only in case.
        }

        await exchange
            .JsonAsync(
                new JsonObject
                {
                    ["url"] = exchange.AddressOf(id),
                    ["name"] = id.FullName,
                    ["id"] = id.FullName,
                }
            )
            .ConfigureAwait(false);
    }

    private static async Task DeleteAsync(Exchange exchange)
    {
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var repo = await exchange.WritableAsync(Named(exchange, body)).ConfigureAwait(false);
        await exchange.Host.Store!.DeleteAsync(repo, exchange.Cancelled).ConfigureAwait(false);
        exchange.Host.Large!.Xorbs.Forget(repo.Id);
        await exchange.JsonAsync(new JsonObject()).ConfigureAwait(false);
    }

    private static async Task MoveAsync(Exchange exchange, RouteTable routes)
    {
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var type = TypeOf(body);
        var from = RepoId.Parse(body.Text("fromRepo") ?? throw RequestFault.BadRequest("'fromRepo' is missing."), type);
        var to = RepoId.Parse(body.Text("toRepo") ?? throw RequestFault.BadRequest("'toRepo' is missing."), type);
        var repo = await exchange.WritableAsync(from).ConfigureAwait(false);
        exchange.EnsureMayWrite(to);
        EnsureAllowed(to, routes);
        if (await exchange.Host.Catalogue.FindHereAsync(to, exchange.Cancelled).ConfigureAwait(false) is not null)
        {
            throw Exists(exchange, to);
        }

        await exchange.Host.Store!.MoveAsync(repo, to, exchange.Cancelled).ConfigureAwait(false);
        exchange.Host.Large!.Xorbs.Forget(from); // Another repository may take the name.
        await exchange.JsonAsync(new JsonObject { ["url"] = exchange.AddressOf(to) }).ConfigureAwait(false);
    }

    private static async Task SettingsAsync(Exchange exchange)
    {
        var repo = await exchange.WritableAsync().ConfigureAwait(false);
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var (isPrivate, gated) = Visibility(body);
        var state = await repo.ChangeAsync(
                (_, state) =>
                    Task.FromResult(
                        state with
                        {
                            Private = isPrivate ?? state.Private,
                            Gated = body.ContainsKey("gated") ? gated : state.Gated,
                        }
                    ),
                exchange.Cancelled
            )
            .ConfigureAwait(false);
        await exchange
            .JsonAsync(new JsonObject { ["private"] = state.Private, ["gated"] = state.Gated is null ? false : state.Gated })
            .ConfigureAwait(false);
    }

    private static RequestFault Exists(Exchange exchange, RepoId id) =>
        new(409, $"You already created this {id.Type.Word()} repo: {id.FullName}") { Url = exchange.AddressOf(id) };

    // The owner may stand in the name, or apart from it; without one it is the caller.
    private static RepoId Named(Exchange exchange, JsonObject body)
    {
        var name = body.Text("name") ?? throw RequestFault.BadRequest("'name' is missing.");
        var owner = body.Text("organization") is { Length: > 0 } organization ? organization : exchange.Caller.User;
        return RepoId.Parse(name.Contains('/', StringComparison.Ordinal) || owner is null ? name : $"{owner}/{name}", TypeOf(body));
    }

    private static RepoType TypeOf(JsonObject body)
    {
        var word = body.Text("type") ?? RepoType.Model.Word();
        return RepoTypes.TryParse(word, out var type) && word == type.Word()
            ? type
            : throw RequestFault.BadRequest($"'{HubText.Shown(word)}' is no type of repository; model, dataset, space and kernel are.");
    }

    private static void EnsureAllowed(RepoId id, RouteTable routes)
    {
        if (routes.IsReserved(id.Namespace ?? id.Name) || routes.IsReserved(id.Name))
        {
            throw RequestFault.BadRequest($"The name {id.FullName} is part of this server's own addresses; choose another.");
        }
    }

    private static (bool? IsPrivate, string? Gated) Visibility(JsonObject body)
    {
        var isPrivate = body.Text("visibility") switch
        {
            null => body.Flag("private"),
            "public" => false,
            "private" => true,
            var other => throw RequestFault.BadRequest($"'{HubText.Shown(other)}' is no visibility; public and private are."),
        };
        var gated = body["gated"] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<bool>(out var flag) && !flag => null,
            JsonValue value when value.TryGetValue<string>(out var text) && text is "auto" or "manual" => text,
            _ => throw RequestFault.BadRequest("'gated' must be false, \"auto\" or \"manual\"."),
        };
        return (isPrivate, gated);
    }
}
