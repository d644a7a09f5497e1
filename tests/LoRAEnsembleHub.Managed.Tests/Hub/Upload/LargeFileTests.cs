using System.Text;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class LargeFileTests
{
    private const int PartBytes = 10_000;

    private static readonly RepoId Repo = RepoId.Parse("team/set");
    private static readonly byte[] Weights = PushFolder.Noise(45_000); // Five parts, the last one half.

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_token_goes_to_the_hub_and_never_along_with_bytes_of_large_files(bool inParts)
    {
        await using var hub = await PushHub.StartAsync();
        hub.PartBytes = inParts ? PartBytes : null;
        using var client = hub.Client();
        using var folder = Folder();

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
        var toStore = hub.Requests.Where(request => request.Query.Contains("Signature", StringComparison.Ordinal)).ToArray();
        Assert.Equal(inParts ? 6 : 1, toStore.Length);
        Assert.All(toStore, request => Assert.Null(request.Authorization));
        Assert.All(hub.Requests.Except(toStore), request => Assert.Equal("Bearer " + PushHub.Token, request.Authorization));
        Assert.Single(hub.Seen("/verify/"));
        Assert.All(
            hub.Requests.Where(request => request.Method == "PUT"),
            request => Assert.Equal(request.Body.Length, request.ContentLength)
        );
    }

    [Fact]
    public async Task Equal_files_are_stored_once()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = Folder();
        folder.Put("copy/model.safetensors", Weights);

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Single(hub.Seen("/put/"));
        Assert.Equal(Weights.Length, result.BytesSent);
        Assert.Equal(Weights, hub.Head().Files["copy/model.safetensors"].Bytes);
        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
    }

    [Fact]
    public async Task What_the_store_has_is_not_sent_again()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = Folder();
        hub.Objects[new Stored(Weights, true).Oid] = Weights;

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(0, result.BytesSent);
        Assert.DoesNotContain(hub.Requests, request => request.Method == "PUT");
        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
    }

    [Theory]
    [InlineData("/put/", null)]
    [InlineData("/part/", PartBytes)]
    [InlineData("/complete/", PartBytes)]
    [InlineData("/verify/", null)]
    public async Task A_store_that_fails_for_a_while_is_asked_again(string path, int? partBytes)
    {
        await using var hub = await PushHub.StartAsync();
        hub.PartBytes = partBytes;
        using var client = hub.Client();
        using var folder = Folder();
        var failures = 3;
        hub.Before = async (context, seen) =>
        {
            if (!seen.Path.Contains(path, StringComparison.Ordinal) || Interlocked.Decrement(ref failures) < 0)
            {
                return false;
            }

            switch (failures)
            {
                case 2:
                    context.Abort();
                    break;
                default:
                    await new Refusal(failures == 1 ? 500 : 429, null, "busy").ExecuteAsync(context);
                    break;
            }

            return true;
        };
        var reports = new List<TransferProgress>();

        await client.PushAsync(Repo, folder.FullPath, progress: new Collector(reports), cancellationToken: Cancelled);

        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
        Assert.Equal(Weights.Length, reports[^1].BytesDone); // What failed tries sent was taken back.
    }

    [Fact]
    public async Task After_a_failure_a_part_is_sent_again_alone()
    {
        await using var hub = await PushHub.StartAsync();
        hub.PartBytes = PartBytes;
        using var client = hub.Client();
        using var folder = Folder();
        var failures = 1;
        hub.Before = async (context, seen) =>
        {
            if (!seen.Path.EndsWith("/3", StringComparison.Ordinal) || Interlocked.Decrement(ref failures) < 0)
            {
                return false;
            }

            await new Refusal(500, null, "busy").ExecuteAsync(context);
            return true;
        };

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(["1", "2", "3", "3", "4", "5"], PartsSent(hub).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_later_push_sends_only_the_parts_that_were_not_acknowledged_and_leaves_no_note_behind()
    {
        await using var hub = await PushHub.StartAsync();
        hub.PartBytes = PartBytes;
        using var folder = Folder();
        hub.Before = async (context, seen) =>
        {
            // The others come first, so that it is certain which parts are acknowledged when this one fails for good.
            if (!seen.Path.EndsWith("/4", StringComparison.Ordinal) || !seen.Path.Contains("/part/", StringComparison.Ordinal))
            {
                return false;
            }

            await new Refusal(400, null, "no").ExecuteAsync(context);
            return true;
        };
        using (var first = hub.Client(new() { CacheFolder = folder.Beside("cache"), MaxWorkers = 1 }))
        {
            await Assert.ThrowsAsync<HubException>(() => first.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));
        }

        Assert.Equal(["1", "2", "3", "4"], PartsSent(hub));
        var note = folder.Locate(".cache/huggingface/upload/model.safetensors.lorae.json");
        Assert.True(File.Exists(note));
        Assert.DoesNotContain("secret", await File.ReadAllTextAsync(note, Cancelled), StringComparison.Ordinal);
        Assert.Equal("*", await File.ReadAllTextAsync(folder.Locate(".cache/huggingface/.gitignore"), Cancelled));
        Assert.Empty(hub.Seen("/commit/"));

        hub.Requests.Clear();
        hub.Before = (_, _) => Task.FromResult(false);
        hub.Signature++; // Addresses are given out anew, but for the same upload.
        using var second = hub.Client();
        var result = await second.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(["4", "5"], PartsSent(hub).Order(StringComparer.Ordinal));
        Assert.Equal(15_000, result.BytesSent);
        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
        Assert.Equal([".gitattributes", "model.safetensors"], hub.Head().Names);
        Assert.False(File.Exists(note));
    }

    [Theory]
    [InlineData("other content")]
    [InlineData("not json")]
    public async Task A_note_of_something_else_is_not_believed(string defect)
    {
        await using var hub = await PushHub.StartAsync();
        hub.PartBytes = PartBytes;
        using var client = hub.Client();
        using var folder = Folder();
        var etags = string.Join(',', Enumerable.Range(1, 5).Select(part => $"\"{part}\":\"x\""));
        var note =
            defect == "not json"
                ? "{"
                : $$$"""{"oid":"{{{new string('0', 64)}}}","size":45000,"partBytes":10000,"session":"x","etags":{ {{{etags}}} }}""";
        folder.Put(".cache/huggingface/upload/model.safetensors.lorae.json", Encoding.UTF8.GetBytes(note));

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(5, PartsSent(hub).Length);
        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
    }

    [Fact]
    public async Task Parts_that_the_store_has_lost_are_all_sent_again()
    {
        await using var hub = await PushHub.StartAsync();
        hub.PartBytes = PartBytes;
        using var client = hub.Client();
        using var folder = Folder();
        var lost = false;
        hub.Before = (_, seen) =>
        {
            if (!lost && seen.Path.Contains("/complete/", StringComparison.Ordinal))
            {
                lost = true;
                hub.Parts.Clear();
            }

            return Task.FromResult(false);
        };

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(10, PartsSent(hub).Length);
        Assert.Equal(2, hub.Seen("batch").Length);
        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(PartBytes)]
    public async Task Addresses_that_ran_out_are_asked_for_again_and_acknowledged_parts_kept(int? partBytes)
    {
        await using var hub = await PushHub.StartAsync();
        hub.PartBytes = partBytes;
        using var folder = Folder();
        using var client = hub.Client(new() { CacheFolder = folder.Beside("cache"), MaxWorkers = 1 });
        var puts = 0;
        hub.Before = (_, seen) =>
        {
            if (seen.Method == "PUT" && ++puts == (partBytes is null ? 1 : 3))
            {
                hub.Signature++;
            }

            return Task.FromResult(false);
        };

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Equal(partBytes is null ? 2 : 6, puts);
        Assert.Equal(2, hub.Seen("batch").Length);
        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
    }

    [Fact]
    public async Task A_store_that_keeps_refusing_ends_the_push_without_a_commit_and_the_message_holds_no_signature()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = Folder();
        hub.Before = async (context, seen) =>
        {
            if (seen.Method != "PUT")
            {
                return false;
            }

            await new Refusal(403, null, $"no entry for {hub.Address}put?X-Amz-Signature=secret1 and {PushHub.Token}").ExecuteAsync(
                context
            );
            return true;
        };

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Equal(HubErrorKind.Forbidden, refusal.Kind);
        Assert.Contains("'model.safetensors'", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
        Assert.Empty(hub.Seen("/commit/"));
    }

    [Theory]
    [InlineData("xet")]
    [InlineData("no route")]
    public async Task Where_a_hub_has_no_transfer_that_is_spoken_here_the_file_travels_in_the_commit(string reason)
    {
        await using var hub = await PushHub.StartAsync();
        RefuseLfs(hub, reason);
        using var client = hub.Client();
        using var folder = Folder();

        await client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled);

        Assert.Contains("\"transfers\":[\"basic\",\"multipart\"]", hub.Seen("batch")[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Requests, request => request.Method == "PUT");
        Assert.Equal(Weights, hub.Head().Files["model.safetensors"].Bytes);
    }

    [Fact]
    public async Task A_batch_refused_for_another_reason_is_an_error()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = Folder();
        hub.Before = async (context, seen) =>
        {
            if (!seen.Path.Contains("batch", StringComparison.Ordinal))
            {
                return false;
            }

            await new Refusal(404, "RepoNotFound", "No such repository").ExecuteAsync(context);
            return true;
        };

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Equal(HubErrorKind.RepositoryNotFound, refusal.Kind);
        Assert.Empty(hub.Seen("/commit/"));
    }

    [Theory]
    [InlineData("xet")]
    [InlineData("no route")]
    public async Task There_a_file_too_large_for_a_commit_is_refused_with_advice(string reason)
    {
        await using var hub = await PushHub.StartAsync();
        RefuseLfs(hub, reason);
        using var client = hub.Client();
        using var folder = Folder();

        var refusal = await Assert.ThrowsAsync<HubException>(() =>
            client.PushAsync(Repo, folder.FullPath, new() { LargestInlineBytes = Weights.Length - 1 }, cancellationToken: Cancelled)
        );

        Assert.Equal(HubErrorKind.BadRequest, refusal.Kind);
        Assert.Contains("'model.safetensors' (45000 bytes)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'basic' or 'multipart'", refusal.Hint, StringComparison.Ordinal);
        Assert.Empty(hub.Seen("/commit/"));
    }

    [Fact]
    public async Task An_object_that_the_hub_refuses_is_named_before_a_byte_of_any_file_leaves()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = Folder();
        folder.Put("other.safetensors", [1, 2, 3]);
        var refused = new Stored(Weights, true).Oid;
        var taken = new Stored([1, 2, 3], true).Oid;
        hub.Before = async (context, seen) =>
        {
            if (!seen.Path.Contains("batch", StringComparison.Ordinal))
            {
                return false;
            }

            var answer =
                $$$"""{"objects":[{"oid":"{{{taken}}}","size":3,"actions":{"upload":{"href":"{{{hub.Address}}}put/{{{taken}}}"} } },"""
                + $$$"""{"oid":"{{{refused}}}","size":45000,"error":{"code":507,"message":"The quota is used up."}}]}""";
            context.Response.ContentType = "application/vnd.git-lfs+json";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer));
            return true;
        };

        var refusal = await Assert.ThrowsAsync<HubException>(() => client.PushAsync(Repo, folder.FullPath, cancellationToken: Cancelled));

        Assert.Contains("'model.safetensors'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("The quota is used up.", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Requests, request => request.Method == "PUT");
    }

    private static void RefuseLfs(PushHub hub, string reason)
    {
        hub.Transfer = reason == "xet" ? "xet" : null;
        hub.Before = async (context, seen) =>
        {
            if (reason == "xet" || !seen.Path.Contains("batch", StringComparison.Ordinal))
            {
                return false;
            }

            await new Refusal(404, null, "Not found").ExecuteAsync(context);
            return true;
        };
    }

    private static PushFolder Folder()
    {
        var folder = new PushFolder();
        folder.Put("model.safetensors", Weights);
        return folder;
    }

    private static string[] PartsSent(PushHub hub) => [.. hub.Seen("/part/").Select(request => request.Path.Split('/')[^1])];

    private sealed class Collector(List<TransferProgress> reports) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => reports.Add(value);
    }
}
