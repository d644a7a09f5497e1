using System.Globalization;

namespace LoRAEnsembleHub.Hub;

/// <summary>How many requests a server still allows, and when it starts to count anew.</summary>
/// <param name="Remaining">Requests left in this window.</param>
/// <param name="Reset">Time to the next window.</param>
/// <param name="Quota">Requests in a window; null if not said.</param>
/// <remarks>
/// The IETF draft "RateLimit header fields for HTTP": <c>RateLimit: "api";r=489;t=189</c> with <c>RateLimit-Policy: "api";q=500;w=300</c>, and its
/// earlier form <c>RateLimit: limit=500, remaining=489, reset=189</c>. Of several limits the tightest counts.
/// </remarks>
internal sealed record RateLimit(long Remaining, TimeSpan Reset, long? Quota)
{
    /// <returns>What the answer says; null if nothing, or nothing that can be read.</returns>
    public static RateLimit? Of(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("RateLimit", out var values))
        {
            return null;
        }

        var limits = values.ToString().Contains("remaining", StringComparison.OrdinalIgnoreCase)
            ? [Read(values.ToString().Split(','))]
            : values.ToString().Split(',').Select(item => Read(item.Split(';')));
        var tightest = limits.OfType<RateLimit>().OrderBy(limit => limit.Remaining).ThenByDescending(limit => limit.Reset).FirstOrDefault();
        return tightest is null || tightest.Quota is not null ? tightest : tightest with { Quota = Policy(response) };
    }

    private static RateLimit? Read(string[] parts) =>
        Number(parts, "r", "remaining") is { } remaining && Number(parts, "t", "reset") is { } reset
            ? new(remaining, TimeSpan.FromSeconds(Math.Min(reset, 1 << 25)), Number(parts, "q", "limit"))
            : null;

    private static long? Policy(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("RateLimit-Policy", out var values)
            ? Number(values.ToString().Split(';', ','), "q", "q")
            : null;

    private static long? Number(string[] parts, string name, string longName)
    {
        foreach (var part in parts)
        {
            var pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (
                pair.Length == 2
                && (pair[0] == name || pair[0] == longName)
                && long.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            )
            {
                return number;
            }
        }

        return null;
    }
}
