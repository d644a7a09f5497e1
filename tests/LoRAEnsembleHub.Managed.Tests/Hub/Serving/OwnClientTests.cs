using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Serving;

/// <summary>This library's client against this library's server.</summary>
public sealed class OwnClientTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_shipped_ensembles_are_pulled_byte_for_byte_from_the_folder_they_lie_in()
    {
        var adapters = Path.GetFullPath(Golden.Locate("..", "..", "adapters"));
        await using var hub = await TestHub.StartAsync((_, options) => options with { Folder = adapters });
        using var folder = new TemporaryFolder();
        using var client = Client(hub, folder);
        var pulled = 0;
        await foreach (var info in client.ListReposAsync(new() { Type = RepoType.Model }, Cancelled))
        {
            var snapshot = await client.PullAsync(info.Id, cancellationToken: Cancelled);
            var source = Path.Combine(adapters, info.Id.Namespace!, info.Id.Name);
            Assert.Equal(
                Directory
                    .GetFiles(source, "*", SearchOption.AllDirectories)
                    .Select(path => Path.GetRelativePath(source, path))
                    .Order(StringComparer.Ordinal),
                snapshot.Files.Select(file => file.Path.Replace('/', Path.DirectorySeparatorChar)).Order(StringComparer.Ordinal)
            );
            foreach (var file in snapshot.Files)
            {
                Assert.Equal(
                    await File.ReadAllBytesAsync(Path.Combine(source, file.Path), Cancelled),
                    await File.ReadAllBytesAsync(file.LocalPath, Cancelled)
                );
            }

            var again = await client.PullAsync(info.Id, cancellationToken: Cancelled);
            Assert.Equal((0, snapshot.Commit), (again.FetchedBytes, again.Commit));
            pulled++;
        }

        Assert.True(pulled >= 1, "The repository ships at least one ensemble.");
    }

    [Fact]
    public async Task Repositories_branches_and_tags_are_made_read_and_deleted()
    {
        await using var hub = await TestHub.StartAsync();
        using var folder = new TemporaryFolder();
        using var client = Client(hub, folder);
        var repo = RepoId.Parse("team/set", RepoType.Dataset);
        Assert.True(await client.CreateRepoAsync(repo, cancellationToken: Cancelled));
        Assert.False(await client.CreateRepoAsync(repo, mayExist: true, cancellationToken: Cancelled));
        await client.CreateBranchAsync(repo, Revision.Parse("work/one"), cancellationToken: Cancelled);
        await client.CreateTagAsync(repo, Revision.Parse("v1"), Revision.Parse("work/one"), cancellationToken: Cancelled);
        var refs = await client.ListRefsAsync(repo, true, Cancelled);
        Assert.Equal(["main", "work/one"], refs.Branches.Select(branch => branch.Name));
        Assert.Equal(["v1"], refs.Tags.Select(tag => tag.Name));
        Assert.Single(await client.ListFilesAsync(repo, Revision.Parse("work/one"), Cancelled));
        await client.DeleteTagAsync(repo, Revision.Parse("v1"), Cancelled);
        await client.DeleteBranchAsync(repo, Revision.Parse("work/one"), Cancelled);
        var missing = await Assert.ThrowsAsync<HubException>(() => client.ListFilesAsync(repo, Revision.Parse("v1"), Cancelled));
        Assert.Equal(HubErrorKind.RevisionNotFound, missing.Kind);
        await client.DeleteRepoAsync(repo, Cancelled);
        var gone = await Assert.ThrowsAsync<HubException>(() => client.GetRepoAsync(repo, cancellationToken: Cancelled));
        Assert.Equal(HubErrorKind.RepositoryNotFound, gone.Kind);
    }

    private static HubClient Client(TestHub hub, TemporaryFolder folder) =>
        new(new() { Endpoint = hub.Server.Address, CacheFolder = folder.Locate("cache") });
}
