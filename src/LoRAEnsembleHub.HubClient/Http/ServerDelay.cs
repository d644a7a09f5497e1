using System.Globalization;
using System.Net;

namespace LoRAEnsembleHub.Hub;

/// <summary>How long a server asks to wait, in every form in which it may say so.</summary>
/// <remarks>RFC 9110, section 10.2.3 (seconds or a date), and the IETF draft "RateLimit header fields for HTTP".</remarks>
internal static class ServerDelay
{
    // Seconds are rounded, by the server or on the way; one more makes sure that the time has passed.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    /// <returns>The wait from now, never negative; null if the server asks for none.</returns>
    public static TimeSpan? Of(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.StatusCode == HttpStatusCode.TooManyRequests && RateLimit.Of(response) is { Remaining: 0 } limit)
        {
            return limit.Reset + Rounding;
        }

        return response.Headers.NonValidated.TryGetValues("Retry-After", out var values) && RetryAfter(values.ToString(), now) is { } asked
            ? asked
            : null;
    }

    private static TimeSpan? RetryAfter(string value, DateTimeOffset now)
    {
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(365).TotalSeconds)) + Rounding;
        }

        return DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? TimeSpan.FromTicks(Math.Max(0, (date - now).Ticks)) + Rounding
            : null;
    }
}
