using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>What the client asks and what it makes of the answers.</summary>
public sealed class HubQuestions
{
    private static readonly RepoId Data = RepoId.Parse("team/digits", RepoType.Dataset);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repository_is_described_with_what_the_hub_says_and_nothing_else_is_needed()
    {
        await using var hub = Saying(
            """{"id":"team/digits","sha":"1111111111111111111111111111111111111111","gated":"manual","private":true,"downloads":7,"tags":["a"],"lastModified":"2026-01-02T03:04:05.000Z","config":{"peft":{"task_type":"X"}}}"""
        );
        using var bench = new HubBench(hub.Server.Address);

        var info = await bench.Client.GetRepoAsync(Data, cancellationToken: Cancel);

        Assert.Equal((Data, "manual", true, 7, "a"), (info.Id, info.Gated, info.IsPrivate, info.Downloads, Assert.Single(info.Tags)));
        Assert.Equal(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), info.LastModified);
        Assert.Equal("X", info.Config!.Value.GetProperty("peft").GetProperty("task_type").GetString());
        Assert.Equal("GET /api/datasets/team/digits", Line(hub));
    }

    [Fact]
    public async Task Repositories_are_listed_over_pages_up_to_the_limit_and_those_without_a_usable_id_left_out()
    {
        var pages = 0;
        await using var hub = new FaultHub(new Dictionary<string, byte[]>())
        {
            Gate = async exchange =>
            {
                pages++;
                await exchange.SendJsonAsync(
                    200,
                    $$"""[{"id":"team/one-{{pages}}"},{"id":"../evil"},null,{"id":"team/two-{{pages}}"}]""",
                    $"Link: <http://{exchange.Headers["Host"]}/api/models?cursor={pages}>; rel=\"next\""
                );
                return true;
            },
        };
        using var bench = new HubBench(hub.Server.Address);
        var query = new RepoQuery
        {
            Search = "a b",
            Filters = ["base_model:adapter:x/y", "peft"],
            Limit = 3,
        };

        var found = new List<string>();
        await foreach (var info in bench.Client.ListReposAsync(query, Cancel))
        {
            found.Add(info.Id.FullName);
        }

        Assert.Equal(["team/one-1", "team/two-1", "team/one-2"], found);
        Assert.Equal(
            "GET /api/models?search=a%20b&limit=3&full=true&cardData=true&config=true&filter=base_model%3Aadapter%3Ax%2Fy&filter=peft",
            Line(hub)
        );
    }

    [Fact]
    public async Task Pages_in_a_circle_end_in_an_error()
    {
        await using var hub = new FaultHub(new Dictionary<string, byte[]>())
        {
            Gate = async exchange =>
            {
                await exchange.SendJsonAsync(200, "[]", $"Link: <http://{exchange.Headers["Host"]}/api/models?cursor=1>; rel=\"next\"");
                return true;
            },
        };
        using var bench = new HubBench(hub.Server.Address);

        var error = await Assert.ThrowsAsync<HubException>(async () =>
        {
            await foreach (var info in bench.Client.ListReposAsync(new(), Cancel))
            {
                Assert.Fail(info.Id.FullName);
            }
        });

        Assert.Equal(HubErrorKind.Metadata, error.Kind);
        Assert.Equal(2, hub.RequestCount);
    }

    [Fact]
    public async Task Refs_that_could_not_be_paths_are_left_out()
    {
        var commit = new string('2', 40);
        await using var hub = Saying(
            $$"""{"branches":[{"name":"main","ref":"refs/heads/main","targetCommit":"{{commit}}"},{"name":"../x","ref":"refs/heads/../x","targetCommit":"{{commit}}"},null],"tags":[{"name":"v1","ref":"refs/tags/v1","targetCommit":"evil"}],"converts":[]}"""
        );
        using var bench = new HubBench(hub.Server.Address);

        var refs = await bench.Client.ListRefsAsync(Data, includePullRequests: true, Cancel);

        Assert.Equal("main", Assert.Single(refs.Branches).Name);
        Assert.Empty(refs.Tags);
        Assert.Equal("GET /api/datasets/team/digits/refs?include_prs=1", Line(hub));
    }

    [Fact]
    public async Task Changes_are_asked_for_as_huggingface_hub_does()
    {
        await using var hub = Saying("{}");
        using var bench = new HubBench(hub.Server.Address);

        Assert.True(await bench.Client.CreateRepoAsync(Data, isPrivate: true, cancellationToken: Cancel));
        await bench.Client.DeleteRepoAsync(Data, Cancel);
        await bench.Client.CreateBranchAsync(Data, Revision.Parse("dev/x"), cancellationToken: Cancel);
        await bench.Client.DeleteBranchAsync(Data, Revision.Parse("dev/x"), Cancel);
        await bench.Client.CreateTagAsync(Data, Revision.Parse("v1"), message: "one", cancellationToken: Cancel);
        await bench.Client.DeleteTagAsync(Data, Revision.Parse("v1"), Cancel);

        Assert.Equal(
            [
                """POST /api/repos/create {"name":"digits","organization":"team","type":"dataset","visibility":"private"}""",
                """DELETE /api/repos/delete {"name":"digits","organization":"team","type":"dataset"}""",
                "POST /api/datasets/team/digits/branch/dev%2Fx {}",
                "DELETE /api/datasets/team/digits/branch/dev%2Fx ",
                """POST /api/datasets/team/digits/tag/main {"tag":"v1","message":"one"}""",
                "DELETE /api/datasets/team/digits/tag/v1 ",
            ],
            hub.Server.Requests.Select(request => $"{request.Method} {request.Target} {System.Text.Encoding.UTF8.GetString(request.Body)}")
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_exists_is_an_error_unless_it_may(bool mayExist)
    {
        await using var hub = new FaultHub(new Dictionary<string, byte[]>())
        {
            Gate = async exchange =>
            {
                await exchange.SendJsonAsync(409, """{"error":"exists","url":"http://hub.test/team/digits"}""");
                return true;
            },
        };
        using var bench = new HubBench(hub.Server.Address);

        if (mayExist)
        {
            Assert.False(await bench.Client.CreateRepoAsync(Data, mayExist: true, cancellationToken: Cancel));
        }
        else
        {
            var error = await Assert.ThrowsAsync<HubException>(() => bench.Client.CreateRepoAsync(Data, cancellationToken: Cancel));
            Assert.Equal((HubErrorKind.Conflict, "exists"), (error.Kind, error.ServerMessage));
        }
    }

    private static FaultHub Saying(string json) =>
        new(new Dictionary<string, byte[]>())
        {
            Gate = async exchange =>
            {
                await exchange.SendJsonAsync(200, json);
                return true;
            },
        };

    private static string Line(FaultHub hub) => hub.Server.Requests.Select(request => $"{request.Method} {request.Target}").First();
}
