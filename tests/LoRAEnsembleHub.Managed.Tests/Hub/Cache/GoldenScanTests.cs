using System.Text.Json;
using LoRAEnsembleHub.Hub;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class GoldenScanTests : IDisposable
{
    private static readonly JsonElement golden = Golden.Json("hub", "scan.json");

    private static readonly Dictionary<string, Action<string>> defects = new()
    {
        ["no snapshots folder"] = repo => Directory.Delete(Path.Combine(repo, "snapshots"), true),
        ["a file in snapshots"] = repo => File.WriteAllText(Path.Combine(repo, "snapshots", "note"), "x"),
        ["a desktop file in snapshots"] = repo => File.WriteAllText(Path.Combine(repo, "snapshots", ".DS_Store"), "x"),
        ["a broken link"] = repo => File.Delete(Directory.GetFiles(Path.Combine(repo, "blobs"), "02f0*").Single()),
        ["a ref to a missing commit"] = repo => File.WriteAllText(Path.Combine(repo, "refs", "old"), new('3', 40)),
        ["a ref with a final newline"] = repo => File.WriteAllText(Path.Combine(repo, "refs", "main"), Second.Hex + "\n"),
        ["a folder of an unknown type"] = repo => Copy(repo, "things--team--set"),
        ["a folder without a type"] = repo => Directory.CreateDirectory(Path.Combine(repo, "..", "oops")),
        ["a file in the cache"] = repo => File.WriteAllText(Path.Combine(repo, "..", "note.txt"), "x"),
        ["an empty snapshot"] = repo => Directory.CreateDirectory(Path.Combine(repo, "snapshots", new('4', 40))),
        ["a hard link in a snapshot"] = repo => Relink(repo, PointerKind.HardLink),
        ["a copy in a snapshot"] = repo => Relink(repo, PointerKind.Copy),
        ["an incomplete blob"] = repo => File.WriteAllText(Path.Combine(repo, "blobs", "aa.12345678.incomplete"), "half"),
        ["an orphan blob"] = repo => File.WriteAllText(Path.Combine(repo, "blobs", new('b', 40)), "orphan"),
        ["no refs folder"] = repo => Directory.Delete(Path.Combine(repo, "refs"), true),
        ["a name without a namespace"] = repo => Copy(repo, "models--alone"),
        ["a data set"] = repo => Copy(repo, "datasets--team--set"),
        ["a nested ref"] = repo =>
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(repo, "refs", "refs", "pr")).FullName, "7"), First.Hex),
    };

    private readonly TestCache cache = new();

    public static TheoryData<string> Defects => [.. golden.GetProperty("damaged").EnumerateObject().Select(entry => entry.Name)];

    public void Dispose() => cache.Dispose();

    [Fact]
    public async Task A_sound_cache_is_scanned_as_huggingface_hub_scans_it()
    {
        await cache.PullBothAsync();
        var scan = await cache.Cache.ScanAsync(Token);
        var expected = golden.GetProperty("scan");
        Assert.Empty(scan.Warnings);
        Assert.Equal(expected.GetProperty("size_on_disk").GetInt64(), scan.SizeOnDisk);
        Assert.Equal(expected.GetProperty("repos").GetArrayLength(), scan.Repos.Count);
        foreach (var (wanted, repo) in expected.GetProperty("repos").EnumerateArray().Zip(scan.Repos))
        {
            CheckRepo(wanted, repo);
            foreach (var (revision, found) in wanted.GetProperty("revisions").EnumerateArray().Zip(repo.Revisions))
            {
                Assert.Equal(Text(revision, "commit_hash"), found.Commit);
                Assert.Equal(Text(revision, "snapshot_path"), Relative(found.Folder));
                Assert.Equal(revision.GetProperty("size_on_disk").GetInt64(), found.SizeOnDisk);
                Assert.Equal(Texts(revision, "refs"), found.Refs);
                Assert.Equal(
                    revision
                        .GetProperty("files")
                        .EnumerateArray()
                        .Select(file =>
                            (
                                Text(file, "file_name"),
                                Text(file, "file_path"),
                                Text(file, "blob_path"),
                                file.GetProperty("size_on_disk").GetInt64()
                            )
                        )
                        .OrderBy(file => file.Item2, StringComparer.Ordinal),
                    found
                        .Files.Select(file => (file.Name.Split('/')[^1], Relative(file.Path), Relative(file.BlobPath), file.Size))
                        .OrderBy(file => file.Item2, StringComparer.Ordinal)
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(Defects))]
    public async Task A_defect_is_told_in_the_same_words_and_nothing_else_suffers(string defect)
    {
        await cache.PullBothAsync();
        defects[defect](cache.Repo);
        var expected = golden.GetProperty("damaged").GetProperty(defect);
        var scan = await cache.Cache.ScanAsync(Token);
        Assert.Equal(
            Texts(expected, "warnings").Select(text => text.Replace("{cache}", cache.Layout.Root, StringComparison.Ordinal)),
            scan.Warnings.Select(warning => warning.Problem)
        );
        Assert.All(scan.Warnings, warning => Assert.False(string.IsNullOrEmpty(warning.Hint)));
        Assert.Equal(expected.GetProperty("size_on_disk").GetInt64(), scan.SizeOnDisk);
        Assert.Equal(expected.GetProperty("repos").GetArrayLength(), scan.Repos.Count);
        foreach (var (wanted, repo) in expected.GetProperty("repos").EnumerateArray().Zip(scan.Repos))
        {
            CheckRepo(wanted, repo);
            Assert.Equal(Texts(wanted, "revisions"), repo.Revisions.Select(revision => revision.Commit));
        }
    }

    [Fact]
    public async Task Removing_commits_takes_what_huggingface_hub_takes_and_the_records_it_leaves_behind()
    {
        foreach (var expected in golden.GetProperty("delete").EnumerateArray())
        {
            using var one = new TestCache();
            await one.PullBothAsync();
            await one.Writer.WriteAbsentAsync(Set, First, "nope.json", Token);
            var targets = Texts(expected, "revisions").Select(CacheTarget.Parse).ToList();
            var plan = await one.Cache.PlanRemovalAsync(targets, Token);
            Assert.Equal(expected.GetProperty("expected_freed_size").GetInt64(), plan.FreedBytes);
            Assert.Equal(Texts(expected, "repos"), plan.Repos.Select(Relative));
            Assert.Equal(Texts(expected, "snapshots"), plan.Snapshots.Select(Relative));
            Assert.Equal(Texts(expected, "refs"), plan.Refs.Select(Relative));
            Assert.Equal(Texts(expected, "blobs"), plan.Blobs.Select(Relative));
            Assert.Equal(targets.Where(target => target.Commit!.Hex[0] == '9').Select(target => target.ToString()), plan.NotFound);

            var all = plan.Repos.Concat(plan.Snapshots).Concat(plan.Refs).Concat(plan.Blobs).Concat(plan.Records).ToList();
            var before = Listing(one.Layout.Root);
            var result = await one.Cache.ApplyAsync(plan, Token);
            Assert.Empty(result.Failures);
            Assert.Equal(plan.FreedBytes, result.FreedBytes);
            var locks = plan.Blobs.Select(blob => $".locks/models--team--set/{Path.GetFileName(blob)}.lock");
            var gone = all.Select(path => RelativeTo(one.Layout.Root, path)).Concat(locks).ToList();
            if (plan.Repos.Count > 0)
            {
                gone.Add(".locks/models--team--set");
            }

            Assert.Equal(
                before
                    .Keys.Where(path => !gone.Exists(root => path == root || path.StartsWith(root + "/", StringComparison.Ordinal)))
                    .Order(StringComparer.Ordinal),
                Listing(one.Layout.Root).Keys.Order(StringComparer.Ordinal)
            );
            Assert.Empty((await one.Cache.ScanAsync(Token)).Warnings);

            string Relative(string path) => RelativeTo(one.Layout.Root, path);
        }
    }

    private void CheckRepo(JsonElement expected, CachedRepo repo)
    {
        Assert.Equal(Text(expected, "repo_id"), repo.Id.FullName);
        Assert.Equal(Text(expected, "repo_type"), repo.Id.Type.ToString(), ignoreCase: true);
        Assert.Equal(Text(expected, "repo_path"), Relative(repo.Folder));
        Assert.Equal(expected.GetProperty("size_on_disk").GetInt64(), repo.SizeOnDisk);
        Assert.Equal(expected.GetProperty("nb_files").GetInt32(), repo.FileCount);
        Assert.Equal(
            expected.GetProperty("refs").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!),
            repo.Refs.ToDictionary()
        );
    }

    private string Relative(string path) => RelativeTo(cache.Layout.Root, path);

    private static string RelativeTo(string root, string path) => Path.GetRelativePath(root, path).Replace('\\', '/');

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static string[] Texts(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private static void Relink(string repo, PointerKind kind)
    {
        var pointer = Path.Combine(repo, "snapshots", Second.Hex, "README.md");
        var blob = File.ResolveLinkTarget(pointer, true)!.FullName;
        File.Delete(pointer);
        new PointerLinks(kind).Make(repo, pointer, blob);
        Assert.Null(new FileInfo(pointer).LinkTarget);
        Assert.Equal(kind == PointerKind.HardLink, FileIdentity.Of(pointer) == FileIdentity.Of(blob));
    }

    private static void Copy(string repo, string name)
    {
        var target = Path.Combine(repo, "..", name);
        foreach (var entry in Listing(repo).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var path = Path.Combine(target, entry.Key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            switch (entry.Value.Split(' ', 2))
            {
                case ["folder"]:
                    Directory.CreateDirectory(path);
                    break;
                case ["link", var link]:
                    File.CreateSymbolicLink(path, link);
                    break;
                default:
                    File.Copy(Path.Combine(repo, entry.Key), path);
                    break;
            }
        }
    }
}
