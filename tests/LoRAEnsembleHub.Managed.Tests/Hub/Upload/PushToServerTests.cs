using System.Text;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

/// <summary>Pushes to this library's own server, and pulls back.</summary>
public sealed class PushToServerTests
{
    private const string Token = "hf_tokenOfTheTest";

    private static readonly RepoId Repo = RepoId.Parse("team/set");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RepoType.Model)]
    [InlineData(RepoType.Dataset)]
    public async Task What_is_pushed_inside_the_commit_whole_and_in_parts_is_pulled_back_byte_for_byte(RepoType type)
    {
        var repo = RepoId.Parse("team/set", type);
        using var place = new TemporaryFolder();
        await using var server = await StartAsync(place);
        using var client = Client(server, place);
        using var folder = Folder();

        var pushed = await client.PushAsync(repo, folder.FullPath, new() { Private = true }, cancellationToken: Cancelled);
        var snapshot = await client.PullAsync(repo, cancellationToken: Cancelled);

        Assert.True(pushed.RepoCreated);
        Assert.Equal(pushed.Head, snapshot.Commit);
        AssertSame(folder, snapshot.Folder);
        var again = await client.PushAsync(repo, folder.FullPath, cancellationToken: Cancelled);
        Assert.Empty(again.Commits);
        Assert.Equal(0, again.BytesSent);
    }

    [Fact]
    public async Task Branches_pull_requests_deletions_and_conflicts_are_as_with_any_hub()
    {
        using var place = new TemporaryFolder();
        await using var server = await StartAsync(place);
        using var client = Client(server, place);
        using var folder = Folder();
        var first = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);
        folder.Put("config.json", "{\"r\": 4}"u8.ToArray());
        File.Delete(folder.Locate("notes.txt"));

        var onBranch = await client.PushAsync(
            Repo,
            folder.FullPath,
            new() { Revision = Revision.Parse("trial/one"), Delete = ["*.txt"] },
            cancellationToken: Cancelled
        );
        var asRequest = await client.PushAsync(Repo, folder.FullPath, new() { CreatePullRequest = true }, cancellationToken: Cancelled);

        Assert.True(onBranch.BranchCreated);
        Assert.Equal(["notes.txt"], onBranch.Deleted);
        Assert.Equal("refs/pr/1", asRequest.Revision.Name);
        Assert.Equal(first.Head, (await client.GetRepoAsync(Repo, Revision.Main, Cancelled)).Commit);
        Assert.DoesNotContain(await client.ListFilesAsync(Repo, onBranch.Revision, Cancelled), file => file.Path == "notes.txt");

        var second = await client.PushAsync(Repo, folder.FullPath, new() { Parent = first.Head }, cancellationToken: Cancelled);
        folder.Put("config.json", "{\"r\": 2}"u8.ToArray());
        var refusal = await Assert.ThrowsAsync<HubException>(() =>
            client.PushAsync(Repo, folder.FullPath, new() { Parent = first.Head }, cancellationToken: Cancelled)
        );
        Assert.Equal(HubErrorKind.Conflict, refusal.Kind);
        Assert.Equal(second.Head, (await client.GetRepoAsync(Repo, Revision.Main, Cancelled)).Commit);
    }

    [Fact]
    public async Task A_push_that_is_stopped_anywhere_leaves_the_old_or_the_new_state_and_the_next_one_completes_it()
    {
        const int pushes = 12;
        using var place = new TemporaryFolder();
        await using var server = await StartAsync(place);
        var random = new Random(20261124);
        var stopped = 0;
        var sent = 0L;
        for (var round = 0; round < pushes; round++)
        {
            using var client = Client(server, place);
            using var folder = Folder(round);
            var repo = RepoId.Parse($"team/set-{round}");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            var observer = new StopAt(random.Next(0, 90_000), stop);
            try
            {
                sent += (await client.PushAsync(repo, folder.FullPath, progress: observer, cancellationToken: stop.Token)).BytesSent;
            }
            catch (OperationCanceledException)
            {
                stopped++;
                sent += observer.Sent;
                var files = await client.ListFilesAsync(repo, cancellationToken: Cancelled);
                Assert.True(files.All(file => file.Path == ".gitattributes") || files.Count(file => file.Path != ".gitattributes") == 5);
            }

            var result = await client.PushAsync(repo, folder.FullPath, cancellationToken: Cancelled);
            sent += result.BytesSent;
            var snapshot = await client.PullAsync(repo, cancellationToken: Cancelled);
            AssertSame(folder, snapshot.Folder);
        }

        Assert.InRange(stopped, 3, pushes - 1);
        TestContext.Current.SendDiagnosticMessage(
            $"{stopped} of {pushes} pushes stopped; {sent} bytes sent for {pushes * 75_000L} pushed."
        );
    }

    private static Task<HubServer> StartAsync(TemporaryFolder place) =>
        HubServer.StartAsync(
            new()
            {
                Storage = place.Locate("store"),
                RegularBelowBytes = 1_000,
                LargeFiles = new() { MultipartAboveBytes = 30_000, PartBytes = 10_000 },
                Tokens =
                [
                    new()
                    {
                        User = "team",
                        Sha256 = ServerToken.Hash(Token),
                        Role = TokenRole.Write,
                    },
                ],
            },
            Cancelled
        );

    private static HubClient Client(HubServer server, TemporaryFolder place) =>
        new(
            new()
            {
                CacheFolder = place.Locate("cache"),
                Endpoint = server.Address,
                Token = Token,
            }
        );

    // About 75 kB: small files, a large one whole and one in parts, and a copy.
    private static PushFolder Folder(int seed = 1)
    {
        var folder = new PushFolder(("README.md", "---\nlicense: mit\n---\n# card\n"), ("config.json", "{}\n"), ("notes.txt", "notes ü"));
        folder.Put("member-00/adapter_model.safetensors", Safetensors(20_000, 2 * seed));
        folder.Put("member-01/adapter_model.safetensors", Safetensors(55_000, (2 * seed) + 1));
        return folder;
    }

    // A file of one tensor, since the server looks into what it is sent.
    private static byte[] Safetensors(int count, int seed)
    {
        var header = $$$"""{"a":{"dtype":"U8","shape":[{{{count}}}],"data_offsets":[0,{{{count}}}]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        return [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header), .. PushFolder.Noise(count, seed)];
    }

    private static void AssertSame(PushFolder folder, string snapshot)
    {
        var pushed = Names(folder.FullPath);
        Assert.Equal(pushed, Names(snapshot).Where(name => name != ".gitattributes"));
        Assert.All(pushed, name => Assert.Equal(File.ReadAllBytes(folder.Locate(name)), File.ReadAllBytes(Path.Combine(snapshot, name))));
    }

    private static string[] Names(string folder) =>
        [
            .. Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
                .Where(name => !name.StartsWith(".cache/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private sealed class StopAt(long bytes, CancellationTokenSource stop) : IProgress<TransferProgress>
    {
        public long Sent { get; private set; }

        public void Report(TransferProgress value)
        {
            Sent = value.BytesTransferred;
            if (value.BytesDone >= bytes && !stop.IsCancellationRequested)
            {
                stop.Cancel();
            }
        }
    }
}
