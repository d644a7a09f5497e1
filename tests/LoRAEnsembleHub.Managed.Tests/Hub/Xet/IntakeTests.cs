using System.Security.Cryptography;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving.Xet;
using Microsoft.Extensions.Time.Testing;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Xet;

public sealed class IntakeTests : IDisposable
{
    private static readonly RepoId repo = RepoId.Parse("team/set");
    private static readonly RepoId other = RepoId.Parse("team/other");

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly Dictionary<ContentHash, byte[]> stored = [];
    private readonly XorbFolder xorbs;
    private readonly ShardIntake intake;

    public IntakeTests()
    {
        time.SetUtcNow(TimeProvider.System.GetUtcNow()); // The files' own times are the system's.
        xorbs = new(folder.Locate("xorbs"), hash => stored.TryGetValue(hash, out var bytes) ? new MemoryStream(bytes) : null, time)
        {
            MaxWaiting = 3,
        };
        intake = new(xorbs, StoreAsync) { MaxFileBytes = 1_000_000 };
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string[] Kept =>
        [
            .. Directory
                .EnumerateFiles(folder.FullPath, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetFileName(file))
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public async Task Files_are_rebuilt_from_runs_of_chunks_of_several_xorbs_in_any_order()
    {
        await PutAsync(1, "aa", "bbb", "c");
        await PutAsync(2, "dddd", "e");
        await TakeAsync(File("ebbbcaa", (2, 1, 1, 2), (1, 4, 1, 3), (1, 2, 0, 1)));
        Assert.Equal("ebbbcaa"u8.ToArray(), stored[HashOf("ebbbcaa")]);
    }

    [Fact]
    public async Task A_file_whose_hash_the_shard_does_not_tell_is_stored_under_its_own()
    {
        await PutAsync(1, "aa");
        var hashes = await TakeAsync(File("aa", (1, 2, 0, 1)) with { Sha256 = null });
        Assert.Equal([HashOf("aa")], hashes);
    }

    [Fact]
    public async Task A_xorb_used_in_full_leaves_and_its_chunks_can_still_be_referred_to()
    {
        await PutAsync(1, "aa", "bbb", "c");
        await TakeAsync(File("aabbbc", (1, 6, 0, 3)));
        Assert.Equal([XorbBytes.Hash(1).Hex + ".places"], Kept);
        Assert.True(xorbs.Contains(repo, XorbBytes.Hash(1)));
        await TakeAsync(File("caa", (1, 1, 2, 3), (1, 2, 0, 1)));
        Assert.Equal("caa"u8.ToArray(), stored[HashOf("caa")]);
    }

    [Fact]
    public async Task A_xorb_used_in_part_stays_until_it_is_old()
    {
        await PutAsync(1, "aa", "bbb");
        await TakeAsync(File("aa", (1, 2, 0, 1)));
        Assert.Equal([XorbBytes.Hash(1).Hex], Kept);
        time.Advance(xorbs.KeepFor + TimeSpan.FromMinutes(1));
        Assert.Equal(1, xorbs.Collect());
        Assert.Empty(Kept);
    }

    [Fact]
    public async Task Content_with_another_hash_than_the_shard_says_is_not_stored_and_the_xorb_stays()
    {
        await PutAsync(1, "aa");
        await Assert.ThrowsAsync<XetException>(() => TakeAsync(File("aa", (1, 2, 0, 1)) with { Sha256 = HashOf("zz") }));
        Assert.Empty(stored);
        Assert.Equal([XorbBytes.Hash(1).Hex], Kept);
    }

    [Fact]
    public async Task Terms_that_do_not_fit_their_xorb_are_refused()
    {
        await PutAsync(1, "aa", "bbb");
        Assert.Contains("which has 2", (await RefusalAsync(File("aabbb", (1, 5, 0, 3)))).Message, StringComparison.Ordinal);
        Assert.Contains("the shard says 4", (await RefusalAsync(File("aabbb", (1, 4, 0, 2)))).Message, StringComparison.Ordinal);
        Assert.Contains("has not been uploaded", (await RefusalAsync(File("aabbb", (9, 5, 0, 2)))).Message, StringComparison.Ordinal);
        Assert.Contains("takes 1000000", (await RefusalAsync(File("aabbb", (1, 1_000_001, 0, 2)))).Message, StringComparison.Ordinal);
        Assert.Empty(stored);
    }

    [Fact]
    public async Task Xorbs_of_one_repository_cannot_be_used_by_another()
    {
        await PutAsync(1, "aa");
        Assert.False(xorbs.Contains(other, XorbBytes.Hash(1)));
        var shard = XorbBytes.Shard(File("aa", (1, 2, 0, 1)));
        await Assert.ThrowsAsync<XetException>(() => intake.TakeAsync(other, shard, Cancelled));
        Assert.Empty(stored);
    }

    [Fact]
    public async Task A_later_upload_replaces_what_somebody_put_under_the_name_before()
    {
        await PutAsync(1, "wrong");
        await PutAsync(1, "right");
        await TakeAsync(File("right", (1, 5, 0, 1)));
        Assert.Equal("right"u8.ToArray(), stored[HashOf("right")]);
    }

    [Fact]
    public async Task Waiting_xorbs_are_limited_in_number()
    {
        await PutAsync(1, "a");
        await PutAsync(2, "b");
        await PutAsync(3, "c");
        var refusal = await Assert.ThrowsAsync<XetException>(() => PutAsync(4, "d"));
        Assert.Contains("wait for a shard already", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_xorb_leaves_no_file()
    {
        await Assert.ThrowsAsync<XetException>(() => xorbs.PutAsync(repo, XorbBytes.Hash(1), new MemoryStream(new byte[100]), Cancelled));
        Assert.Empty(Kept);
    }

    [Fact]
    public async Task A_repository_that_is_no_more_leaves_no_xorb()
    {
        await PutAsync(1, "a");
        xorbs.Forget(repo);
        Assert.False(xorbs.Contains(repo, XorbBytes.Hash(1)));
        Assert.Empty(Kept);
    }

    public void Dispose() => folder.Dispose();

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static ContentHash HashOf(string text) => ContentHash.Parse(Convert.ToHexStringLower(SHA256.HashData(Bytes(text))));

    private static ShardFile File(string content, params (int Xorb, int Bytes, int First, int End)[] terms) =>
        new(
            XorbBytes.Hash(99),
            [.. terms.Select(term => new ShardTerm(XorbBytes.Hash(term.Xorb), term.Bytes, term.First, term.End))],
            HashOf(content)
        );

    private Task<bool> PutAsync(int number, params string[] chunks)
    {
        byte[] body = [.. chunks.SelectMany(chunk => XorbBytes.Chunk(Bytes(chunk), ChunkScheme.Lz4))];
        return xorbs.PutAsync(repo, XorbBytes.Hash(number), new MemoryStream(body), Cancelled);
    }

    private Task<IReadOnlyList<ContentHash>> TakeAsync(ShardFile file) => intake.TakeAsync(repo, XorbBytes.Shard(file), Cancelled);

    private Task<XetException> RefusalAsync(ShardFile file) => Assert.ThrowsAsync<XetException>(() => TakeAsync(file));

    private async Task<ContentHash> StoreAsync(Stream content, long bytes, ContentHash? expected, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        await content.CopyToAsync(all, cancellationToken);
        var hash = ContentHash.Parse(Convert.ToHexStringLower(SHA256.HashData(all.ToArray())));
        Assert.Equal(bytes, all.Length);
        if (expected is not null && expected != hash)
        {
            throw new XetException("Another hash.");
        }

        stored[hash] = all.ToArray();
        return hash;
    }
}
