using System.Net;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>A server that ends between any two writes of a change leaves the old state or the new one.</summary>
public sealed class CrashTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<StoreStepName> Steps => [.. Enum.GetValues<StoreStepName>()];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task After_a_crash_the_branch_is_at_the_old_commit_or_the_new_one(StoreStepName at)
    {
        using var folder = new TemporaryFolder();
        var crash = new Crash((StoreStep)at);
        string before;
        var store = folder.Locate("store");
        await using (var hub = await TestHub.StartAsync((_, options) => options with { Storage = store }, crash.At))
        {
            await hub.CreateAsync("team/set");
            before = await hub.CommitAsync("team/set", ("a", "old"), ("kept", "kept"));
            crash.IsArmed = true;
            using var answer = await hub.TryCommitAsync(
                "team/set",
                [TestHub.Header("new"), TestHub.File("a", [1, 2]), TestHub.File("b", [3])]
            );
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.True(crash.HasHappened);
            File.WriteAllText(Path.Combine(store, "temporary", "left-over"), "x");
        }

        await using var again = await TestHub.StartAsync((_, options) => options with { Storage = store });
        var now = (await again.JsonAsync("api/models/team/set")).GetProperty("sha").GetString();
        if (at == StoreStepName.StateWritten)
        {
            Assert.NotEqual(before, now);
            Assert.Equal([1, 2], await again.Client.GetByteArrayAsync("team/set/resolve/main/a", Cancelled));
            Assert.Equal([3], await again.Client.GetByteArrayAsync("team/set/resolve/main/b", Cancelled));
        }
        else
        {
            Assert.Equal(before, now);
            Assert.Equal("old", await again.Client.GetStringAsync("team/set/resolve/main/a", Cancelled));
        }

        Assert.Equal("kept", await again.Client.GetStringAsync("team/set/resolve/main/kept", Cancelled));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store, "temporary")));
        await again.CommitAsync("team/set", ("a", "later")); // The store takes commits as before.
        Assert.Equal("later", await again.Client.GetStringAsync("team/set/resolve/main/a", Cancelled));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_crash_while_a_repository_is_made_leaves_it_whole_or_not_at_all(StoreStepName at)
    {
        using var folder = new TemporaryFolder();
        var crash = new Crash((StoreStep)at) { IsArmed = true };
        var store = folder.Locate("store");
        await using (var hub = await TestHub.StartAsync((_, options) => options with { Storage = store }, crash.At))
        {
            using var answer = await hub.PostAsync("api/repos/create", new { name = "team/set" });
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        }

        await using var again = await TestHub.StartAsync((_, options) => options with { Storage = store });
        using var gone = await again.GetAsync("api/models/team/set");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        await again.CreateAsync("team/set");
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        var store = folder.Locate("store");
        string before;
        await using (var hub = await TestHub.StartAsync((_, options) => options with { Storage = store }))
        {
            await hub.CreateAsync("team/set", isPrivate: false);
            await hub.CreateAsync("team/data", "dataset");
            await hub.CommitAsync("team/set", ("a", "1"));
            using var branch = await hub.PostAsync("api/models/team/set/branch/dev", new { });
            using var tag = await hub.PostAsync("api/models/team/set/tag/main", new { tag = "v1" });
            using var request = await hub.TryCommitAsync("team/set", [TestHub.Header("pr"), TestHub.File("p", [1])], query: "?create_pr=1");
            before = (await hub.JsonAsync("api/models/team/set/refs?include_prs=1")).GetRawText();
        }

        await using var again = await TestHub.StartAsync((_, options) => options with { Storage = store });
        Assert.Equal(before, (await again.JsonAsync("api/models/team/set/refs?include_prs=1")).GetRawText());
        Assert.Equal(1, (await again.JsonAsync("api/datasets")).GetArrayLength());
    }

    [Fact]
    public async Task One_store_has_one_server()
    {
        await using var hub = await TestHub.StartAsync();
        var error = await Assert.ThrowsAsync<IOException>(() => HubServer.StartAsync(new() { Storage = hub.Storage }, Cancelled));
        Assert.Contains("in use by another server", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("commits")]
    [InlineData("trees")]
    public async Task A_damaged_file_of_the_store_is_noticed(string kind)
    {
        using var folder = new TemporaryFolder();
        var store = folder.Locate("store");
        await using (var hub = await TestHub.StartAsync((_, options) => options with { Storage = store }))
        {
            await hub.CreateAsync("team/set");
        }

        var file = Directory.GetFiles(Path.Combine(store, "repos", "models--team--set", kind)).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[^20] ^= 1;
        File.WriteAllBytes(file, bytes);
        await using var again = await TestHub.StartAsync((_, options) => options with { Storage = store });
        using var answer = await again.GetAsync("team/set/resolve/main/.gitattributes");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    /// <summary>The steps by public names, since a test's arguments must be public.</summary>
    public enum StoreStepName
    {
        ObjectWritten = StoreStep.ObjectWritten,
        ObjectPlaced = StoreStep.ObjectPlaced,
        TreeWritten = StoreStep.TreeWritten,
        CommitWritten = StoreStep.CommitWritten,
        StateWritten = StoreStep.StateWritten,
    }

    private sealed class Crash(StoreStep where)
    {
        public bool IsArmed { get; set; }

        public bool HasHappened { get; private set; }

        public void At(StoreStep step)
        {
            if (IsArmed && step == where)
            {
                HasHappened = true;
                throw new InvalidOperationException($"The server ends after {step}.");
            }
        }
    }
}
