using System.Security.Cryptography;
using System.Text.Json;
using LoRAEnsembleHub.Hub;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

/// <summary>A cache of a test's own, filled as a pull would fill it with the two commits of the golden repository.</summary>
internal sealed class TestCache : IDisposable
{
    private static readonly JsonElement golden = Golden.Json("hub", "cache.json");

    private readonly TemporaryFolder folder = new();

    public TestCache(CacheOptions? options = null)
    {
        Layout = new(folder.Locate("cache"));
        Writer = new(Layout, TimeProvider.System, NullLogger.Instance, options);
    }

    public static RepoId Set { get; } = RepoId.Parse("team/set");

    public static CommitHash First { get; } = CommitHash.Parse(new('1', 40));

    public static CommitHash Second { get; } = CommitHash.Parse(new('2', 40));

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public CacheLayout Layout { get; }

    public CacheWriter Writer { get; set; }

    public HubCache Cache => new(Layout.Root);

    public string Repo => Layout.Repo(Set);

    /// <summary>The step of the golden record: each path with what lies there.</summary>
    public static IReadOnlyDictionary<string, string> After(string step) =>
        golden
            .GetProperty("after")
            .GetProperty(step)
            .EnumerateObject()
            .ToDictionary(
                entry => entry.Name,
                entry =>
                    entry.Value.TryGetProperty("link", out var link) ? "link " + link.GetString()
                    : entry.Value.TryGetProperty("folder", out _) ? "folder"
                    : entry.Value.TryGetProperty("sha256", out var hash) ? "file " + hash.GetString()
                    : "text " + entry.Value.GetProperty("text").GetString()
            );

    /// <summary>What lies below a folder, in the same form.</summary>
    public static Dictionary<string, string> Listing(string folder) =>
        new DirectoryInfo(folder)
            .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .ToDictionary(
                entry => Path.GetRelativePath(folder, entry.FullName).Replace('\\', '/'),
                entry =>
                    entry.LinkTarget is { } target ? "link " + target.Replace('\\', '/')
                    : entry is DirectoryInfo ? "folder"
                    : "file " + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(entry.FullName)))
            );

    /// <summary>The listing of a commit.</summary>
    public static IReadOnlyList<RepoFile> Files(CommitHash commit) => [.. Contents(commit).Select(entry => entry.File)];

    /// <summary>The files of a commit with their bytes.</summary>
    public static IEnumerable<(RepoFile File, byte[] Bytes)> Contents(CommitHash commit)
    {
        foreach (var entry in golden.GetProperty("files").GetProperty(commit.Hex).EnumerateObject())
        {
            var bytes = entry.Value.GetProperty("base64").GetBytesFromBase64();
            var isLarge = entry.Value.GetProperty("lfs").GetBoolean();
            var oid = entry.Value.GetProperty("oid").GetString()!;
            var file = new RepoFile
            {
                Path = entry.Name,
                Size = bytes.Length,
                Hash = ContentHash.Parse(oid),
                GitOid = isLarge ? PointerOid(oid, bytes.Length) : oid,
                IsLfs = isLarge,
            };
            yield return (file, bytes);
        }
    }

    /// <summary>Stores one file as a download does.</summary>
    public async Task StoreAsync(RepoId repo, CommitHash commit, RepoFile file, byte[] bytes)
    {
        using (await Writer.LockAsync(repo, file.Hash, Token))
        {
            if (!Writer.Reader.HasBlob(repo, file.Hash, file.Size))
            {
                await using var partial = await Writer.OpenPartialAsync(repo, file.Hash, file.Size, file.Path, Token);
                await partial.Content.WriteAsync(bytes, Token);
                await Writer.CompleteAsync(repo, partial, replace: false, Token);
            }

            await Writer.LinkAsync(repo, commit, file.Path, file.Hash, Token);
        }
    }

    /// <summary>Pulls a commit.</summary>
    public async Task PullAsync(CommitHash commit, Revision? revision, FilePatterns? patterns = null, RepoId? repo = null)
    {
        await Writer.WriteTreeAsync(repo ?? Set, commit, Files(commit), Token);
        foreach (var (file, bytes) in Contents(commit).Where(entry => (patterns ?? FilePatterns.All).Allows(entry.File.Path)))
        {
            await StoreAsync(repo ?? Set, commit, file, bytes);
        }

        if (revision is not null)
        {
            await Writer.WriteRefAsync(repo ?? Set, revision, commit, Token);
        }
    }

    /// <summary>Pulls both commits, as the golden record does before it is scanned.</summary>
    public async Task PullBothAsync(RepoId? repo = null)
    {
        await PullAsync(First, Revision.Main, null, repo);
        await PullAsync(Second, Revision.Main, null, repo);
    }

    public void Dispose() => folder.Dispose();

    // What git stores in place of a large file.
    private static string PointerOid(string sha256, int length)
    {
        var text = System.Text.Encoding.UTF8.GetBytes($"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {length}\n");
        using var hasher = ContentHasher.GitBlob(text.Length);
        hasher.Append(text);
        return hasher.Finish().Hex;
    }
}
