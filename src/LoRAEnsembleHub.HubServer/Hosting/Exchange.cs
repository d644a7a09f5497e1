using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>One request and its answer, with what every handler needs.</summary>
internal sealed class Exchange(HubHost host, HttpContext http, Caller caller, Route route)
{
    public HubHost Host => host;

    public HttpContext Http => http;

    public Caller Caller => caller;

    public CancellationToken Cancelled => http.RequestAborted;

    /// <summary>The repository in the path.</summary>
    public RepoId RepoId => route.Repo ?? throw RequestFault.NoSuchRoute();

    /// <summary>The type of repository in the path.</summary>
    public RepoType Type => route.Type ?? throw RequestFault.NoSuchRoute();

    /// <summary>The parts of the path after the word that chose the handler, decoded.</summary>
    public IReadOnlyList<string> Rest => route.Rest;

    /// <summary>Scheme, host and prefix under which the client reached the server; no slash at the end.</summary>
    public string BaseAddress =>
        host.Options.PublicUrl is { } address
            ? address.AbsoluteUri.TrimEnd('/')
            : $"{http.Request.Scheme}://{http.Request.Host.Value}{host.Options.PathPrefix}";

    /// <summary>The path of the request as it came, encoded, without prefix and query.</summary>
    public string EncodedPath =>
        RequestPath.Encoded(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, host.Options.PathPrefix);

    /// <summary>The address of the repository's page.</summary>
    public string AddressOf(RepoId repo) => $"{BaseAddress}/{repo}";

    public string? Query(string name) => http.Request.Query[name] is { Count: > 0 } values ? values[^1] : null;

    /// <summary>All values of a query parameter, also where its name has <c>[]</c> at the end.</summary>
    public IReadOnlyList<string> QueryAll(string name) =>
        [
            .. http
                .Request.Query[name]
                .Concat(http.Request.Query[name + "[]"])
                .Where(value => !string.IsNullOrEmpty(value))
                .Select(value => value!),
        ];

    /// <summary>Whether a query parameter says yes, in any spelling that clients use.</summary>
    public bool Flag(string name) => Query(name) is "1" || string.Equals(Query(name), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A number in the query.</summary>
    /// <exception cref="RequestFault">400: it is none, or below 0.</exception>
    public int Number(string name, int otherwise, int most)
    {
        if (Query(name) is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return int.TryParse(text, out var number) && number >= 0
            ? Math.Min(number, most)
            : throw RequestFault.BadRequest($"{name} is '{HubText.Shown(text)}'; it must be a number of 0 or more.");
    }

    /// <summary>The repository in the path, if the caller may see it.</summary>
    /// <exception cref="RequestFault">404 for a missing and for a private one alike; 401 where nothing can be read without a token.</exception>
    public async Task<IRepository> ReadableAsync() => await ReadableAsync(RepoId).ConfigureAwait(false);

    /// <summary>A repository, if the caller may see it.</summary>
    public async Task<IRepository> ReadableAsync(RepoId id)
    {
        EnsureKnown();
        var found = await host.Catalogue.FindAsync(id, Cancelled).ConfigureAwait(false);
        if (found is MirrorRepository { IsStale: true } old)
        {
            // Clients show each topic of this header once.
            http.Response.Headers["X-HF-Warning"] =
                $"mirror; The mirrored hub cannot be reached; this is what it said at {AnswerJson.Time(old.CheckedAt)}.";
        }

        return found is not null && (!found.State.Private || caller.Opens(id))
            ? found
            : throw (found is null ? Moved(id) : null) ?? RequestFault.RepoNotFound();
    }

    // Only to those who may see the repository under its new name, and only where the old one is in the path.
    private RequestFault? Moved(RepoId id) =>
        id == route.Repo
        && host.Store?.FindMoved(id) is { } target
        && host.Store.Find(target) is { } found
        && (!found.State.Private || caller.Opens(target))
            ? RequestFault.Moved(
                host.Options.PathPrefix
                    + EncodedPath.Replace($"/{id.FullName}", $"/{target.FullName}", StringComparison.Ordinal)
                    + http.Request.QueryString.Value
            )
            : null;

    /// <summary>The repository in the path, if the caller may change it.</summary>
    public async Task<StoredRepository> WritableAsync() => await WritableAsync(RepoId).ConfigureAwait(false);

    /// <summary>A repository, if the caller may change it.</summary>
    /// <exception cref="RequestFault">404, or 403 with the reason.</exception>
    public async Task<StoredRepository> WritableAsync(RepoId id)
    {
        var found = await ReadableAsync(id).ConfigureAwait(false);
        EnsureMayWrite(id);
        return found as StoredRepository
            ?? throw RequestFault.Forbidden(
                found is MirrorRepository
                    ? $"{id.FullName} belongs to the hub that this server mirrors. Push it there, or under another name here"
                    : $"{id.FullName} is served from a plain folder and is never changed here. Push to another name, or change the folder's files"
            );
    }

    /// <summary>Refuses a caller who may not change an owner's repositories.</summary>
    /// <exception cref="RequestFault">403, or 401 for somebody unknown.</exception>
    public void EnsureMayWrite(RepoId id)
    {
        if (host.Options.ReadOnly || host.Store is null)
        {
            throw RequestFault.Forbidden("This server is read-only");
        }

        if (!caller.MayWrite(id))
        {
            throw caller.User is null
                ? new RequestFault(401, "A token is needed to change anything here; log in first.")
                : RequestFault.Forbidden($"Your token does not give you the rights to change {id.FullName}");
        }
    }

    /// <summary>Refuses somebody unknown where nothing can be read without a token.</summary>
    /// <exception cref="RequestFault">401.</exception>
    public void EnsureKnown()
    {
        if (caller.User is null && !host.Options.AnonymousRead)
        {
            throw new RequestFault(401, "Invalid username or password.");
        }
    }

    /// <summary>Answers with JSON.</summary>
    public async Task JsonAsync(JsonNode body, int status = StatusCodes.Status200OK)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, AnswerJson.Options);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes, Cancelled).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the body as a JSON object.</summary>
    /// <exception cref="RequestFault">400: it is none; 413: it is too long.</exception>
    public async Task<JsonObject> BodyAsync()
    {
        var bytes = await RequestBody.ReadAsync(http.Request, host.Limits.JsonBytes).ConfigureAwait(false);
        try
        {
            return (bytes.Length == 0 ? new JsonObject() : JsonNode.Parse(bytes.Span, null, AnswerJson.Strict)) as JsonObject
                ?? throw RequestFault.BadRequest("The body must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw RequestFault.BadRequest($"The body is no JSON: {error.Message}");
        }
    }
}
