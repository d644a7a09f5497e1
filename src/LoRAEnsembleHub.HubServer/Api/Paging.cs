using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Splits long answers: the rest is named by a <c>Link</c> header with an absolute address, as clients need it.</summary>
internal static class Paging
{
    /// <summary>Names the next page.</summary>
    /// <param name="exchange">The request whose address is repeated with other parameters.</param>
    /// <param name="changes">The parameters that differ.</param>
    public static void Next(Exchange exchange, params IEnumerable<(string Name, string Value)> changes)
    {
        var replaced = changes.ToDictionary(change => change.Name, change => change.Value);
        var query = new StringBuilder();
        foreach (var (name, values) in exchange.Http.Request.Query.Where(pair => !replaced.ContainsKey(pair.Key)))
        {
            foreach (var value in values)
            {
                Append(query, name, value ?? "");
            }
        }

        foreach (var (name, value) in replaced)
        {
            Append(query, name, value);
        }

        exchange.Http.Response.Headers.Link = $"<{exchange.BaseAddress}{exchange.EncodedPath}?{query}>; rel=\"next\"";
    }

    /// <returns>A cursor that clients hand back without looking inside.</returns>
    public static string Cursor(string state) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(state)).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    /// <returns>What <see cref="Cursor"/> was given.</returns>
    /// <exception cref="RequestFault">400: the cursor is not from here.</exception>
    public static string Read(string cursor)
    {
        var text = cursor.Replace('-', '+').Replace('_', '/');
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var count)
            ? Encoding.UTF8.GetString(bytes, 0, count)
            : throw RequestFault.BadRequest("The cursor is not one that this server gave.");
    }

    private static void Append(StringBuilder query, string name, string value)
    {
        query.Append(query.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }
}
