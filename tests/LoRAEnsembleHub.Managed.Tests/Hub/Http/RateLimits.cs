using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>A hub that counts is not asked more often than it allows.</summary>
public sealed class RateLimits
{
    private const int Count = 1000;
    private const int InWindow = 250;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_thousand_files_under_a_limit_take_a_request_each_and_none_is_refused()
    {
        var limit = new Limit(tells: true);
        await using var hub = Hub(limit);
        using var bench = new HubBench(hub.Server.Address);

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken);

        HubBench.AssertWhole(hub, snapshot);
        Assert.Equal(0, limit.Refused);
        Assert.Equal(Count + 1 + 1, hub.RequestCount); // Files, one page, one commit.
        Say(hub, limit);
    }

    [Fact]
    public async Task A_limit_that_shows_only_in_refusals_costs_at_most_a_refusal_for_each_worker_and_window()
    {
        var limit = new Limit(tells: false);
        await using var hub = Hub(limit);
        using var bench = new HubBench(hub.Server.Address);

        var snapshot = await bench.Client.PullAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken);

        HubBench.AssertWhole(hub, snapshot);
        Assert.InRange(limit.Refused, 1, limit.Windows * 8);
        Assert.Equal(Count + 1 + 1 + limit.Refused, hub.RequestCount);
        Say(hub, limit);
    }

    [Theory]
    [InlineData("RateLimit: \"api\";r=489;t=189|RateLimit-Policy: \"fixed window\";\"api\";q=500;w=300", 489, 189, 500)]
    [InlineData("RateLimit: \"api\";r=5;t=10, \"pages\";r=2;t=30", 2, 30, null)]
    [InlineData("RateLimit: limit=100, remaining=50, reset=7", 50, 7, 100)]
    public void Limits_are_read_in_every_form(string headers, int remaining, int reset, int? quota)
    {
        using var answer = Answer(200, headers);

        Assert.Equal(new RateLimit(remaining, TimeSpan.FromSeconds(reset), quota), RateLimit.Of(answer));
    }

    [Theory]
    [InlineData("RateLimit: \"api\"")]
    [InlineData("RateLimit: \"api\";r=-1;t=5")]
    [InlineData("RateLimit: \"api\";r=x;t=5")]
    [InlineData("X: y")]
    public void What_is_no_limit_limits_nothing(string headers)
    {
        using var answer = Answer(200, headers);

        Assert.Null(RateLimit.Of(answer));
    }

    [Theory]
    [InlineData(429, "Retry-After: 7", 8.0)]
    [InlineData(503, "Retry-After: 0.5", 1.5)]
    [InlineData(503, "Retry-After: Thu, 01 Jan 2026 00:01:00 GMT", 61.0)]
    [InlineData(429, "Retry-After: Wed, 31 Dec 2025 00:00:00 GMT", 1.0)]
    [InlineData(429, "RateLimit: \"api\";r=0;t=55|Retry-After: 3", 56.0)]
    [InlineData(429, "RateLimit: \"api\";r=9;t=55|Retry-After: 3", 4.0)]
    [InlineData(429, "Retry-After: soon", null)]
    [InlineData(429, "Retry-After: -5", null)]
    [InlineData(429, "X: y", null)]
    public void A_server_may_ask_for_a_wait_in_seconds_by_date_or_by_its_limit(int status, string headers, double? seconds)
    {
        using var answer = Answer(status, headers);

        var wait = ServerDelay.Of(answer, new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(seconds, wait?.TotalSeconds);
    }

    private static void Say(FaultHub hub, Limit limit) =>
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Count} files, {limit.Windows} windows: {hub.RequestCount} requests, {limit.Refused} refused"
        );

    private static HttpResponseMessage Answer(int status, string headers)
    {
        var answer = new HttpResponseMessage((System.Net.HttpStatusCode)status);
        foreach (var header in headers.Split('|'))
        {
            var pair = header.Split(": ", 2);
            answer.Headers.TryAddWithoutValidation(pair[0], pair[1]);
        }

        return answer;
    }

    private static FaultHub Hub(Limit limit)
    {
        var files = Enumerable
            .Range(0, Count)
            .ToDictionary(number => $"folder/{number:0000}.txt", number => TestContents.Bytes(20, number));
        return new(files) { Gate = limit.AnswerAsync };
    }

    /// <summary>Counts requests in windows of the clock, as a hub does.</summary>
    private sealed class Limit(bool tells)
    {
        private readonly Lock gate = new();
        private DateTimeOffset end;
        private int left;

        public int Refused { get; private set; }

        public int Windows { get; private set; }

        public async Task<bool> AnswerAsync(FaultExchange exchange)
        {
            TimeSpan reset;
            int remaining;
            lock (gate)
            {
                var now = HubBench.Clock.GetUtcNow();
                if (left == 0 && now >= end)
                {
                    (end, left) = (now + Window, InWindow);
                    Windows++;
                }

                remaining = left - 1;
                left = Math.Max(0, remaining);
                if (remaining == 0 && end - now < Shortest)
                {
                    end = now + Shortest; // However slow the machine, every window is used up and then waited for.
                }

                reset = end - now > Shortest ? end - now : Shortest;
                Refused += remaining < 0 ? 1 : 0;
            }

            var seconds = Math.Ceiling(reset.TotalSeconds);
            if (tells)
            {
                exchange.ExtraHeaders =
                [
                    $"RateLimit: \"resolvers\";r={Math.Max(0, remaining)};t={seconds}",
                    $"RateLimit-Policy: \"fixed window\";\"resolvers\";q={InWindow};w={Window.TotalSeconds}",
                ];
            }

            if (remaining >= 0)
            {
                return false;
            }

            await exchange.SendAsync(429, default, $"Retry-After: {seconds}");
            return true;
        }
    }
}
