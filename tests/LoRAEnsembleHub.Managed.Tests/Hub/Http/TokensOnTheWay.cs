using System.Net;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>The access token goes to the hub's own origin and nowhere else.</summary>
public sealed class TokensOnTheWay
{
    private const string Token = "hf_secretSecretSecret";

    [Fact]
    public async Task A_redirect_within_the_hub_keeps_the_token()
    {
        await using var hub = new FaultHub(TestContents.Set());
        hub.On(TestContents.Weights, Faults.Redirect(() => $"{hub.Server.Address}{Address(TestContents.Weights)}", 307));
        using var bench = new HubBench(hub.Server.Address, options => options with { Token = Token });

        await PullAsync(bench);

        Assert.All(hub.Server.Requests, request => Assert.Equal($"Bearer {Token}", request.Headers["Authorization"]));
    }

    [Theory]
    [InlineData("127.0.0.1")] // Another port of the same host.
    [InlineData("127.0.0.2")]
    public async Task A_redirect_to_another_origin_takes_the_bytes_but_not_the_token(string store)
    {
        await using var other = new FaultHub(TestContents.Set(), IPAddress.Parse(store));
        await using var hub = new FaultHub(TestContents.Set());
        hub.Always[TestContents.Weights] = Faults.Redirect(() => $"{other.Server.Address}{Address(TestContents.Weights)}?signature=s3cret");
        other.On(TestContents.Weights, Faults.EndAfter(200_000));
        using var bench = new HubBench(hub.Server.Address, options => options with { Token = Token });

        HubBench.AssertWhole(hub, await PullAsync(bench));

        Assert.All(hub.Server.Requests, request => Assert.True(request.Headers.ContainsKey("Authorization")));
        Assert.Equal(2, other.RequestCount);
        Assert.All(other.Server.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
        Assert.All(other.Server.Requests, request => Assert.False(request.Headers.ContainsKey("If-Range")));
        Assert.Equal("bytes=200000-", other.Server.Requests.Last().Headers["Range"]);
        Assert.DoesNotContain(
            bench.Log.Lines,
            line => line.Contains("s3cret", StringComparison.Ordinal) || line.Contains(Token, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_same_address_under_another_name_is_another_origin()
    {
        await using var hub = new FaultHub(TestContents.Set());
        hub.On(TestContents.Weights, Faults.Redirect(() => $"http://localhost:{hub.Server.Address.Port}/{Address(TestContents.Weights)}"));
        using var bench = new HubBench(hub.Server.Address, options => options with { Token = Token });

        HubBench.AssertWhole(hub, await PullAsync(bench));

        var redirected = Assert.Single(
            hub.Server.Requests,
            request => request.Headers["Host"].StartsWith("localhost", StringComparison.Ordinal)
        );
        Assert.False(redirected.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_next_page_elsewhere_is_not_asked_for()
    {
        await using var other = new FaultHub(TestContents.Set());
        await using var hub = new FaultHub(TestContents.Set());
        hub.On(FaultHub.Tree, Faults.Json("[]", $"Link: <{other.Server.Address}api/next>; rel=\"next\""));
        using var bench = new HubBench(hub.Server.Address, options => options with { Token = Token });

        var error = await Assert.ThrowsAsync<HubException>(() => PullAsync(bench));

        Assert.Equal(HubErrorKind.Metadata, error.Kind);
        Assert.Equal(0, other.Server.Accepted);
    }

    [Fact]
    public async Task Over_plain_http_to_another_machine_the_token_stays_here_and_that_is_said()
    {
        // The proxy stands for the way to the other machine: it sees what would go over the network.
        await using var hub = new FaultHub(TestContents.Set())
        {
            Gate = async exchange =>
            {
                await exchange.SendJsonAsync(200, """{"name":"someone"}""");
                return true;
            },
        };
        using var bench = new HubBench(
            new("http://hub.test/"),
            options => options with { Token = Token, UseProxy = true, Proxy = new WebProxy(hub.Server.Address) }
        );

        await bench.Client.WhoAmIAsync(TestContext.Current.CancellationToken);

        var request = Assert.Single(hub.Server.Requests);
        Assert.Equal("http://hub.test/api/whoami-v2", request.Target);
        Assert.False(request.Headers.ContainsKey("Authorization"));
        Assert.Single(bench.Log.Lines, line => line.Contains("token is not sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hub_on_this_machine_is_never_asked_through_a_proxy()
    {
        await using var proxy = new FaultHub(TestContents.Set());
        await using var hub = new FaultHub(TestContents.Set());
        using var bench = new HubBench(
            hub.Server.Address,
            options => options with { Token = Token, UseProxy = true, Proxy = new WebProxy(proxy.Server.Address) }
        );

        HubBench.AssertWhole(hub, await PullAsync(bench));

        Assert.Equal(0, proxy.Server.Accepted);
    }

    [Theory]
    [InlineData("https://hub.test/a", "http://hub.test/b")]
    [InlineData("https://hub.test/a", "http://127.0.0.1/b")]
    public void From_https_no_redirect_leads_to_http(string from, string to)
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.Found);
        answer.Headers.TryAddWithoutValidation("Location", to);

        var fault = Assert.Throws<TransportFaultException>(() =>
            Redirects.Next(HubRequest.Get(from), new(from), answer, 0, new(new(from)))
        );

        Assert.Equal(HubErrorKind.Metadata, fault.Kind);
        Assert.False(fault.MayPass);
    }

    [Fact]
    public async Task A_body_that_goes_to_the_hub_is_not_redirected_to_another_host()
    {
        await using var other = new FaultHub(TestContents.Set());
        await using var hub = new FaultHub(TestContents.Set())
        {
            Gate = async exchange =>
            {
                await exchange.SendAsync(307, default, $"Location: {other.Server.Address}api/repos/create");
                return true;
            },
        };
        using var bench = new HubBench(hub.Server.Address, options => options with { Token = Token });

        var error = await Assert.ThrowsAsync<HubException>(() =>
            bench.Client.CreateRepoAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken)
        );

        Assert.Equal(HubErrorKind.Metadata, error.Kind);
        Assert.Equal(0, other.Server.Accepted);
    }

    [Fact]
    public void A_token_that_could_end_a_header_is_refused_and_not_shown()
    {
        var error = Assert.Throws<HubException>(() =>
            new HubBench(new("http://127.0.0.1/"), options => options with { Token = "hf_a\r\nX: y" })
        );

        Assert.DoesNotContain("hf_a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_do_not_print_the_token()
    {
        var options = new HubClientOptions { CacheFolder = "x", Token = Token };

        Assert.DoesNotContain(Token, options.ToString(), StringComparison.Ordinal);
    }

    private static string Address(string file) => $"team/set/resolve/{FaultHub.Commit}/{file}";

    private static Task<Snapshot> PullAsync(HubBench bench) =>
        bench.Client.PullAsync(FaultHub.Repo, cancellationToken: TestContext.Current.CancellationToken);
}
