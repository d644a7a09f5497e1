using LoRAEnsembleHub.Hub;
using Microsoft.Extensions.Logging.Abstractions;
using static LoRAEnsembleHub.Managed.Tests.Hub.Cache.TestCache;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Cache;

public sealed class PartialFileTests : IDisposable
{
    private static readonly byte[] bytes = [.. Enumerable.Range(0, 1000).Select(number => (byte)number)];

    private readonly TestCache cache = new();

    private static ContentHash Hash { get; } = HashOf(bytes);

    private string Blob => cache.Layout.Blob(Set, Hash);

    public void Dispose() => cache.Dispose();

    [Fact]
    public async Task What_one_run_received_the_next_goes_on_from()
    {
        await using (var first = await OpenAsync())
        {
            Assert.Equal((0, true), (first.Held, first.IsShared));
            await first.Content.WriteAsync(bytes.AsMemory(0, 600), Token);
        }

        Assert.Equal([Hash + ".lorae.incomplete", Hash + ".lorae.json.incomplete"], Names());
        await using var second = await OpenAsync();
        Assert.Equal(600, second.Held);
        using var hasher = ContentHasher.For(Hash, bytes.Length);
        Assert.Equal(600, await hasher.AppendAsync(second.Content, Token));
        await second.Content.WriteAsync(bytes.AsMemory(600), Token);
        hasher.Append(bytes.AsSpan(600));
        Assert.Equal(Hash, hasher.Finish());
        await cache.Writer.CompleteAsync(Set, second, replace: false, Token);
        Assert.Equal([Hash.Hex], Names());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Blob, Token));
    }

    [Fact]
    public async Task Bytes_survive_a_process_that_ended_without_saying_so()
    {
        // What kill -9 leaves: the bytes, and the notes from when it was opened.
        await using (var first = await OpenAsync())
        {
            await first.Content.WriteAsync(bytes.AsMemory(0, 300), Token);
            File.Copy(PartialFiles.SharedPath(Blob), Blob + ".saved");
            File.Copy(PartialFiles.NotesPath(Blob), Blob + ".notes");
            await first.DiscardAsync();
        }

        File.Move(Blob + ".saved", PartialFiles.SharedPath(Blob));
        File.Move(Blob + ".notes", PartialFiles.NotesPath(Blob));
        await using var second = await OpenAsync();
        Assert.Equal(300, second.Held);
    }

    [Fact]
    public async Task A_partial_in_use_is_left_to_its_user_and_another_name_taken()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        Assert.True(first.IsShared && !second.IsShared);
        Assert.Matches($"^{Hash}\\.[0-9a-f]{{8}}\\.incomplete$", Path.GetFileName(second.Content.Name));
        await second.Content.WriteAsync(bytes, Token);
        await cache.Writer.CompleteAsync(Set, second, replace: false, Token);

        // The slower one finds the blob stored and stores nothing.
        var stored = FileIdentity.Of(Blob);
        await first.Content.WriteAsync(bytes, Token);
        await cache.Writer.CompleteAsync(Set, first, replace: false, Token);
        Assert.Equal(stored, FileIdentity.Of(Blob));
        Assert.Equal([Hash.Hex], Names());
    }

    [Fact]
    public async Task A_partial_with_a_random_name_does_not_outlive_its_run()
    {
        await using var first = await OpenAsync();
        await using (var second = await OpenAsync())
        {
            await second.Content.WriteAsync(bytes.AsMemory(0, 10), Token);
        }

        Assert.Equal(2, Names().Length);
    }

    [Fact]
    public async Task Where_nothing_can_be_locked_every_partial_has_a_random_name()
    {
        var locker = new FileLocker(TimeProvider.System, NullLogger.Instance);
        var partials = new PartialFiles(TimeProvider.System, _ => LockAnswer.NotImplemented);
        cache.Writer = new(cache.Layout, locker, partials, new(PointerKind.SymbolicLink));
        await using var partial = await OpenAsync();
        Assert.False(partial.IsShared);
        Assert.Single(Names());
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(5000)]
    public async Task A_partial_longer_than_its_content_starts_again(int length)
    {
        Directory.CreateDirectory(cache.Layout.Blobs(Set));
        await File.WriteAllBytesAsync(PartialFiles.SharedPath(Blob), new byte[length], Token);
        await using var partial = await OpenAsync();
        Assert.Equal(0, partial.Held);
    }

    [Theory]
    [InlineData("""{"source":"a","etag":"E","size":999,"received":1,"updated":"2026-01-01T00:00:00Z"}""", 0)]
    [InlineData("""{"source":"a","etag":"E","size":1000,"received":1,"updated":"2026-01-01T00:00:00Z"}""", 10)]
    [InlineData("{", 10)]
    [InlineData("", 10)]
    [InlineData(null, 10)]
    public async Task Notes_of_another_size_start_again_and_missing_or_broken_ones_do_not_matter(string? notes, int held)
    {
        Directory.CreateDirectory(cache.Layout.Blobs(Set));
        await File.WriteAllBytesAsync(PartialFiles.SharedPath(Blob), new byte[10], Token);
        if (notes is not null)
        {
            await File.WriteAllTextAsync(PartialFiles.NotesPath(Blob), notes.Replace("E", Hash.Hex, StringComparison.Ordinal), Token);
        }

        await using var partial = await OpenAsync();
        Assert.Equal(held, partial.Held);
    }

    [Fact]
    public async Task A_content_that_is_not_whole_gets_no_name()
    {
        await using var partial = await OpenAsync();
        await partial.Content.WriteAsync(bytes.AsMemory(0, 999), Token);
        var exception = await Assert.ThrowsAsync<HubException>(() => cache.Writer.CompleteAsync(Set, partial, replace: false, Token));
        Assert.Equal(HubErrorKind.Integrity, exception.Kind);
        Assert.Contains("999", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Blob));
    }

    [Fact]
    public async Task A_discarded_or_empty_partial_leaves_nothing()
    {
        await using (await OpenAsync()) { }

        Assert.Empty(Names());
        await using (var partial = await OpenAsync())
        {
            await partial.Content.WriteAsync(bytes, Token);
            await partial.DiscardAsync();
        }

        Assert.Empty(Names());
    }

    [Fact]
    public async Task A_restarted_partial_begins_at_its_first_byte()
    {
        await using var partial = await OpenAsync();
        await partial.Content.WriteAsync(new byte[700], Token);
        partial.Restart();
        await partial.Content.WriteAsync(bytes, Token);
        await cache.Writer.CompleteAsync(Set, partial, replace: false, Token);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Blob, Token));
    }

    [Fact]
    public async Task A_bad_blob_is_replaced_only_where_that_is_asked_for_or_its_size_is_wrong()
    {
        Directory.CreateDirectory(cache.Layout.Blobs(Set));
        foreach (var (there, replace, isNew) in new[] { (1000, false, false), (1000, true, true), (999, false, true) })
        {
            await File.WriteAllBytesAsync(Blob, new byte[there], Token);
            await using var partial = await OpenAsync();
            await partial.Content.WriteAsync(bytes, Token);
            await cache.Writer.CompleteAsync(Set, partial, replace, Token);
            var stored = await File.ReadAllBytesAsync(Blob, Token);
            Assert.Equal(isNew, stored.AsSpan().SequenceEqual(bytes));
            File.Delete(Blob);
        }
    }

    [Fact]
    public async Task Many_tasks_that_store_one_content_store_it_once()
    {
        var written = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 16),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token },
            async (_, token) =>
            {
                using (await cache.Writer.LockAsync(Set, Hash, token))
                {
                    if (cache.Writer.Reader.HasBlob(Set, Hash, bytes.Length))
                    {
                        return;
                    }

                    Interlocked.Increment(ref written);
                    await using var partial = await cache.Writer.OpenPartialAsync(Set, Hash, bytes.Length, "a", token);
                    await partial.Content.WriteAsync(bytes, token);
                    await cache.Writer.CompleteAsync(Set, partial, replace: false, token);
                }
            }
        );
        Assert.Equal(1, written);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Blob, Token));
        Assert.Equal([Hash.Hex], Names());
    }

    [Fact]
    public async Task Without_any_lock_many_tasks_still_store_the_right_bytes()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 16),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token },
            async (number, token) =>
            {
                await using var partial = await cache.Writer.OpenPartialAsync(Set, Hash, bytes.Length, "a", token);
                var held = (int)partial.Held;
                partial.Content.Position = held;
                await partial.Content.WriteAsync(bytes.AsMemory(held), token);
                await cache.Writer.CompleteAsync(Set, partial, replace: number % 2 == 0, token);
            }
        );
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Blob, Token));
        Assert.Equal([Hash.Hex], Names());
    }

    [Fact]
    public async Task A_link_where_the_partial_should_be_is_not_written_through()
    {
        SkipWithoutLinks();
        var victim = Path.Combine(cache.Layout.Root, "..", "victim");
        await File.WriteAllTextAsync(victim, "precious", Token);
        Directory.CreateDirectory(cache.Layout.Blobs(Set));
        File.CreateSymbolicLink(PartialFiles.SharedPath(Blob), victim);
        await using (var partial = await OpenAsync())
        {
            await partial.Content.WriteAsync(bytes, Token);
            await cache.Writer.CompleteAsync(Set, partial, replace: false, Token);
        }

        Assert.Equal("precious", await File.ReadAllTextAsync(victim, Token));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Blob, Token));
    }

    internal static ContentHash HashOf(ReadOnlySpan<byte> content)
    {
        using var hasher = ContentHasher.Sha256();
        hasher.Append(content);
        return hasher.Finish();
    }

    internal static void SkipWithoutLinks() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");

    private Task<PartialFile> OpenAsync() => cache.Writer.OpenPartialAsync(Set, Hash, bytes.Length, "team/set/file", Token);

    private string[] Names() =>
        [.. Directory.GetFiles(cache.Layout.Blobs(Set)).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
}
