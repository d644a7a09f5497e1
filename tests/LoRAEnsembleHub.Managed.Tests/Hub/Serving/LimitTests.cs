using System.Net;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>What is too much is refused, with the limit, and leaves nothing behind.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(nameof(ServerLimits.FileBytes), 413)]
    [InlineData(nameof(ServerLimits.CommitBytes), 413)]
    [InlineData(nameof(ServerLimits.CommitOperations), 413)]
    [InlineData(nameof(ServerLimits.FilesPerRepo), 413)]
    [InlineData(nameof(ServerLimits.QuotaBytes), 507)]
    public async Task A_commit_beyond_a_limit_changes_nothing(string limit, int status)
    {
        await using var hub = await TestHub.StartAsync(
            (_, options) =>
                options with
                {
                    Limits = limit switch
                    {
                        nameof(ServerLimits.FileBytes) => new() { FileBytes = 3_000 },
                        nameof(ServerLimits.CommitBytes) => new() { CommitBytes = 6_000 },
                        nameof(ServerLimits.CommitOperations) => new() { CommitOperations = 2 },
                        nameof(ServerLimits.FilesPerRepo) => new() { FilesPerRepo = 3 },
                        _ => new() { QuotaBytes = 8_000 },
                    },
                }
        );
        await hub.CreateAsync("team/set");
        using var good = await hub.TryCommitAsync("team/set", [TestHub.Header("x"), TestHub.File("a", new byte[2_000])]);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        var files = Enumerable.Range(0, 3).Select(number => TestHub.File($"n{number}", [.. Enumerable.Repeat((byte)number, 3_100)]));
        using var answer = await hub.TryCommitAsync("team/set", files.Prepend(TestHub.Header("x")));
        Assert.Equal(status, (await TestHub.FaultAsync(answer)).Status);
        Assert.Equal(2, (await hub.JsonAsync("api/models/team/set/commits/main")).GetArrayLength());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(hub.Storage, "temporary")));
    }

    [Fact]
    public async Task A_JSON_body_beyond_its_limit_is_refused()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { Limits = new() { JsonBytes = 1_000 } });
        using var answer = await hub.PostAsync("api/repos/create", new { name = new string('x', 2_000) });
        Assert.Equal(413, (await TestHub.FaultAsync(answer)).Status);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{\"name\": 5}")]
    [InlineData("{\"name\": \"a\", \"name\": \"b\"}")]
    [InlineData("no json")]
    [InlineData("{}")]
    public async Task A_body_that_makes_no_sense_is_a_bad_request(string body)
    {
        await using var hub = await TestHub.StartAsync();
        using var answer = await hub.SendAsync(HttpMethod.Post, "api/repos/create", new StringContent(body));
        Assert.Equal(400, (await TestHub.FaultAsync(answer)).Status);
    }

    [Fact]
    public async Task More_uploads_at_once_than_allowed_are_asked_to_come_again()
    {
        await using var hub = await TestHub.StartAsync((_, options) => options with { Limits = new() { ConcurrentUploads = 1 } });
        await hub.CreateAsync("team/set");
        var gate = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        // The server asks for a body when the upload has its place, so that from then on the first holds the only one.
        var slow = hub.SendAsync(
            HttpMethod.Post,
            "api/models/team/set/commit/main",
            new HeldContent(begun, gate.Task),
            headers: ("Expect", "100-continue")
        );
        await begun.Task;

        using (var second = await hub.TryCommitAsync("team/set", [TestHub.Header("x")]))
        {
            Assert.Equal(429, (await TestHub.FaultAsync(second)).Status);
            Assert.NotNull(second.Headers.RetryAfter);
        }

        gate.SetResult();
        using var first = await slow;
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var third = await hub.TryCommitAsync("team/set", [TestHub.Header("x")]);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    private sealed class HeldContent(TaskCompletionSource begun, Task gate) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(TestHub.Header("slow") + "\n"));
            await stream.FlushAsync();
            begun.SetResult();
            await gate;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
