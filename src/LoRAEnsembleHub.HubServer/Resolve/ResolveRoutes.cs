using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary><c>/ID/resolve/REV/PATH</c>: the content of a file; <c>/ID/raw/REV/PATH</c>: what git holds of it.</summary>
internal static class ResolveRoutes
{
    public static void Map(RouteTable routes)
    {
        routes.File("GET", "resolve", ResolveAsync);
        routes.File("GET", "raw", RawAsync);
    }

    private static async Task ResolveAsync(Exchange exchange)
    {
        var (view, file) = await FindAsync(exchange).ConfigureAwait(false);
        await SendContentAsync(exchange, view, file).ConfigureAwait(false);
    }

    private static async Task RawAsync(Exchange exchange)
    {
        var (view, file) = await FindAsync(exchange).ConfigureAwait(false);
        if (!file.IsLfs)
        {
            await SendContentAsync(exchange, view, file).ConfigureAwait(false);
            return;
        }

        var pointer = LfsPointer.Text(file.Hash, file.Size);
        Describe(exchange, view, file);
        await FileAnswer
            .SendAsync(
                exchange.Http,
                file.GitOid,
                pointer.Length,
                (first, count) =>
                    exchange.Http.Response.Body.WriteAsync(pointer.AsMemory((int)first, (int)count), exchange.Cancelled).AsTask()
            )
            .ConfigureAwait(false);
    }

    private static async Task<(RepoView View, StoredFile File)> FindAsync(Exchange exchange)
    {
        var repo = await exchange.ReadableAsync().ConfigureAwait(false);
        EnsureGranted(exchange.Caller, repo);
        var (view, path) = await RepoView.OpenAsync(repo, exchange.Rest, exchange.Cancelled).ConfigureAwait(false);
        return (view, view.File(path));
    }

    // Consent cannot be given here, so a gated repository's files are for those whose token opens its owner's private ones too.
    private static void EnsureGranted(Caller caller, IRepository repo)
    {
        if (repo.State.Gated is not null && !caller.Opens(repo.Id))
        {
            throw new RequestFault(
                caller.User is null ? 401 : 403,
                $"Access to {repo.Id.Type.Word()} {repo.Id.FullName} is restricted; ask its owner for a token that opens it",
                "GatedRepo"
            );
        }
    }

    private static async Task SendContentAsync(Exchange exchange, RepoView view, StoredFile file)
    {
        var location = await view.Repo.LocateAsync(file, exchange.Cancelled).ConfigureAwait(false);
        Describe(exchange, view, file);
        if (file.IsLfs)
        {
            exchange.Http.Response.Headers["X-Linked-Etag"] = $"\"{file.Hash.Hex}\"";
            exchange.Http.Response.Headers["X-Linked-Size"] = file.Size.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await FileAnswer
            .SendAsync(
                exchange.Http,
                file.Hash.Hex,
                file.Size,
                (first, count) => exchange.Http.Response.SendFileAsync(location, first, count, exchange.Cancelled)
            )
            .ConfigureAwait(false);
    }

    // Whatever a file holds, a browser that is led here saves it and never shows it.
    private static void Describe(Exchange exchange, RepoView view, StoredFile file)
    {
        var headers = exchange.Http.Response.Headers;
        headers["X-Repo-Commit"] = view.Commit.Hash.Hex;
        headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(file.Path[(file.Path.LastIndexOf('/') + 1)..])}";
    }
}
