using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>What a hub refuses becomes an error that can be told apart, with the next step, and without secrets.</summary>
public sealed class Refusals
{
    [Theory]
    [InlineData(404, "X-Error-Code: RevisionNotFound", HubErrorKind.RevisionNotFound)]
    [InlineData(404, "X-Error-Code: EntryNotFound", HubErrorKind.EntryNotFound)]
    [InlineData(403, "X-Error-Code: GatedRepo", HubErrorKind.GatedRepo)]
    [InlineData(403, "X-Error-Message: Access to this resource is disabled.", HubErrorKind.DisabledRepo)]
    [InlineData(404, "X-Error-Code: RepoNotFound", HubErrorKind.RepositoryNotFound)]
    [InlineData(401, "X-Error-Message: Invalid username or password.", HubErrorKind.RepositoryNotFound)]
    [InlineData(401, "X-Error-Message: Invalid credentials in Authorization header", HubErrorKind.Unauthorized)]
    [InlineData(400, "X-Error-Message: no", HubErrorKind.BadRequest)]
    [InlineData(403, "X-Error-Message: no", HubErrorKind.Forbidden)]
    [InlineData(404, "X: y", HubErrorKind.RepositoryNotFound)]
    [InlineData(409, "X: y", HubErrorKind.Conflict)]
    [InlineData(412, "X: y", HubErrorKind.Conflict)]
    [InlineData(416, "X: y", HubErrorKind.RangeNotSatisfiable)]
    [InlineData(429, "Retry-After: 1000000", HubErrorKind.RateLimited)]
    [InlineData(418, "X: y", HubErrorKind.BadRequest)]
    [InlineData(501, "X: y", HubErrorKind.Server)]
    [InlineData(304, "X: y", HubErrorKind.Metadata)]
    public async Task A_refusal_is_told_apart_by_what_the_hub_says_first_and_by_its_status_second(
        int status,
        string header,
        HubErrorKind kind
    )
    {
        await using var hub = Saying(exchange => exchange.SendAsync(status, default, header, "X-Request-Id: r-7"));
        using var bench = new HubBench(hub.Server.Address);

        var error = await AskAsync(bench);

        Assert.Equal((kind, status, "r-7"), (error.Kind, (int)error.StatusCode!, error.RequestId));
        Assert.Equal(FaultHub.Repo, error.RepoId);
        Assert.NotEqual("", error.Hint);
        Assert.Equal(1, hub.RequestCount);
    }

    [Theory]
    [InlineData("""{"error":"first","errors":[{"message":"second"},{"message":"first"}]}""", "first; second")]
    [InlineData("""{"error":["a","b"],"error_description":"c"}""", "a; b; c")]
    [InlineData("""{"error":"token odd-token-of-ours and https://store.test/x?sig=1"}""", "token *** and https://store.test/x?***")]
    [InlineData("""{"error":"line\u001b[31m"}""", "line\\u001b[31m")]
    [InlineData("{broken", null)]
    [InlineData("[]", null)]
    public async Task What_the_hub_says_is_shown_without_secrets_and_controls(string json, string? shown)
    {
        await using var hub = Saying(exchange => exchange.SendJsonAsync(400, json));
        using var bench = new HubBench(hub.Server.Address, options => options with { Token = "odd-token-of-ours" });

        var error = await AskAsync(bench);

        Assert.Equal(shown, error.ServerMessage);
        Assert.True(shown is null || error.Message.Contains(shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_without_a_token_is_not_called_a_missing_repository()
    {
        await using var hub = Saying(exchange => exchange.SendAsync(401, default, "X-Error-Message: Invalid username or password."));
        using var bench = new HubBench(hub.Server.Address);

        var error = await Assert.ThrowsAsync<HubException>(() =>
            bench.Client.CreateRepoAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken)
        );

        Assert.Equal(HubErrorKind.Unauthorized, error.Kind);
    }

    [Fact]
    public async Task What_could_have_acted_is_not_sent_twice_and_what_was_turned_away_is()
    {
        var answers = new Queue<int>([429, 503, 500]);
        await using var hub = Saying(exchange => exchange.SendAsync(answers.Dequeue(), default));
        using var bench = new HubBench(hub.Server.Address);

        var error = await Assert.ThrowsAsync<HubException>(() =>
            bench.Client.CreateRepoAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken)
        );

        Assert.Equal(HubErrorKind.Server, error.Kind);
        Assert.Empty(answers);
        Assert.All(
            hub.Server.Requests,
            request => Assert.Equal("""{"name":"set","organization":"team","visibility":"public"}"""u8, request.Body)
        );
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_is_not_sent_twice()
    {
        await using var hub = Saying(exchange =>
        {
            exchange.Reset();
            return Task.CompletedTask;
        });
        using var bench = new HubBench(hub.Server.Address);

        var error = await Assert.ThrowsAsync<HubException>(() =>
            bench.Client.DeleteRepoAsync(FaultHub.Repo, TestContext.Current.CancellationToken)
        );

        Assert.Equal(HubErrorKind.Network, error.Kind);
        Assert.Equal(1, hub.RequestCount);
    }

    [Fact]
    public async Task A_warning_of_the_hub_is_passed_on_once_for_each_topic()
    {
        await using var hub = Saying(exchange => exchange.SendJsonAsync(200, """{"name":"someone"}""", "X-HF-Warning: Old; update soon"));
        using var bench = new HubBench(hub.Server.Address);

        await bench.Client.WhoAmIAsync(TestContext.Current.CancellationToken);
        await bench.Client.WhoAmIAsync(TestContext.Current.CancellationToken);

        Assert.Single(bench.Log.Lines, line => line.StartsWith("Warning: The hub says: Old; update", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proxy_that_opens_no_way_is_named_as_the_cause()
    {
        await using var proxy = Saying(exchange => exchange.SendAsync(502, default));
        using var bench = new HubBench(
            new("https://hub.test/"),
            options => options with { UseProxy = true, Proxy = new System.Net.WebProxy(proxy.Server.Address), MaxRetries = 1 }
        );

        var error = await AskAsync(bench);

        Assert.Equal(HubErrorKind.Network, error.Kind);
        Assert.StartsWith("The proxy did not open a way to https://hub.test", error.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["CONNECT hub.test:443", "CONNECT hub.test:443"],
            proxy.Server.Requests.Select(request => $"{request.Method} {request.Target}")
        );
    }

    [Fact]
    public async Task A_page_made_for_people_is_no_answer()
    {
        await using var hub = Saying(exchange => exchange.SendAsync(200, "<html>Sign in</html>"u8.ToArray(), "Content-Type: text/html"));
        using var bench = new HubBench(hub.Server.Address);

        var error = await AskAsync(bench);

        Assert.Equal(HubErrorKind.Metadata, error.Kind);
        Assert.Contains("sign-in page", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_longer_than_its_limit_is_refused_whether_or_not_it_says_so()
    {
        await using var hub = Saying(async exchange =>
        {
            if (exchange.Target.EndsWith("/main", StringComparison.Ordinal))
            {
                await exchange.HeadAsync(200, "Content-Type: application/json", $"Content-Length: {HubJson.LongestAnswerBytes + 1}");
                exchange.Close();
                return;
            }

            await exchange.HeadAsync(200, "Content-Type: application/json", "Connection: close");
            for (var sent = 0L; sent <= HubJson.LongestAnswerBytes; sent += 1 << 20)
            {
                await exchange.WriteAsync(new byte[1 << 20]);
            }

            exchange.Close();
        });
        using var bench = new HubBench(hub.Server.Address);

        var said = await AskAsync(bench, Revision.Main);
        var unsaid = await AskAsync(bench);

        Assert.Equal((HubErrorKind.Metadata, HubErrorKind.Metadata), (said.Kind, unsaid.Kind));
        Assert.Equal(2, hub.RequestCount);
    }

    [Fact]
    public async Task A_hub_below_a_path_is_asked_there()
    {
        await using var hub = Saying(exchange => exchange.SendJsonAsync(200, """{"name":"someone","orgs":[{"name":"team"}]}"""));
        using var bench = new HubBench(new(hub.Server.Address, "mirror/hub/"));

        var account = await bench.Client.WhoAmIAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("someone", "team"), (account.Name, Assert.Single(account.Organisations)));
        Assert.Equal("/mirror/hub/api/whoami-v2", Assert.Single(hub.Server.Requests).Target);
    }

    [Theory]
    [InlineData("ftp://hub.test")]
    [InlineData("https://user:word@hub.test")]
    [InlineData("https://hub.test/?x=y")]
    [InlineData("https://hub.test/#x")]
    public void What_is_no_address_of_a_hub_is_refused_without_showing_credentials(string address)
    {
        var error = Assert.Throws<HubException>(() => new HubBench(new(address)));

        Assert.Equal(HubErrorKind.InvalidName, error.Kind);
        Assert.DoesNotContain("word", error.Message, StringComparison.Ordinal);
    }

    private static FaultHub Saying(Func<FaultExchange, Task> answer) =>
        new(new Dictionary<string, byte[]>())
        {
            Gate = async exchange =>
            {
                await answer(exchange);
                return true;
            },
        };

    private static Task<HubException> AskAsync(HubBench bench, Revision? revision = null) =>
        Assert.ThrowsAsync<HubException>(() => bench.Client.GetRepoAsync(FaultHub.Repo, revision, TestContext.Current.CancellationToken));
}
