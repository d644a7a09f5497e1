using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Pull, push, serve, list, cache, auth and repo as a user runs them, between processes on real sockets.</summary>
public sealed class HubVerbTests(TinyBase tiny) : IClassFixture<TinyBase>, IDisposable
{
    private readonly ScratchFolder scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task A_pushed_ensemble_is_pulled_with_its_base_and_predicts_as_before()
    {
        using var hub = await HubProcess.StartAsync(new ToolPlace(), "--storage", Path.Combine(scratch.Path, "store"));
        var place = Place(hub);
        (await Tool.RunAsync(place, "push", "tiny/base", tiny.Base)).Done();
        var pushed = (await Tool.RunAsync(place, "push", "tiny/ensemble", tiny.Ensemble, "--json")).Done().Json();
        Assert.True((bool)pushed["repo_created"]!);
        Assert.DoesNotContain(Names(pushed["pushed"]!), name => name.StartsWith('.'));

        var pulled = (await Tool.RunAsync(place, "pull", "tiny/ensemble", "--json")).Done().Json();
        Assert.Equal("tiny/base", (string?)pulled["base"]!["repo_id"]);
        var (ensemble, model) = ((string)pulled["folder"]!, (string)pulled["base"]!["folder"]!);
        var picture = Path.Combine(tiny.Data, "test", "dark", "0.png");
        var here = (await Tool.RunAsync("predict", "--base", tiny.Base, "--ensemble", tiny.Ensemble, picture, "--json")).Done().Json();
        var there = (await Tool.RunAsync("predict", "--base", model, "--ensemble", ensemble, picture, "--json")).Done().Json();
        Assert.Equal(here["predictions"]?.ToJsonString(), there["predictions"]?.ToJsonString());
        Assert.NotNull(here["predictions"]);
        var named = (await Tool.RunAsync(place, "predict", "--ensemble", "tiny/ensemble", picture, "--json")).Done().Json();
        Assert.Equal(here["predictions"]!.ToJsonString(), named["predictions"]!.ToJsonString());
        Assert.Equal(model, (string?)named["base"]);
        (await Tool.RunAsync(place, "predict", "--ensemble", "tiny/other", picture)).Refused(3, "lorae-hub pull tiny/other");
        (await Tool.RunAsync(place, "predict", picture)).Refused(2, "--base");

        var again = (await Tool.RunAsync(place, "push", "tiny/ensemble", tiny.Ensemble, "--json")).Done().Json();
        Assert.Empty(again["commits"]!.AsArray());
        var second = (await Tool.RunAsync(place, "pull", "tiny/ensemble", "--json")).Done().Json();
        Assert.Equal(0, (long)second["fetched_bytes"]! + (long)second["base"]!["fetched_bytes"]!);
        var offline = (
            await Tool.RunAsync(place with { Variables = Variables("http://127.0.0.1:9") }, "pull", "tiny/ensemble", "--offline", "--quiet")
        ).Done();
        Assert.Equal(ensemble, offline.Output.Trim());
        Assert.Equal("", offline.Errors);
    }

    [Fact]
    public async Task What_is_no_whole_ensemble_is_not_pushed_and_a_missing_card_is_written()
    {
        using var hub = await HubProcess.StartAsync(new ToolPlace(), "--storage", Path.Combine(scratch.Path, "store"));
        var place = Place(hub);
        var copy = Copy(tiny.Ensemble, "copy");
        var weights = Path.Combine(copy, "member-01", "adapter_model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes, TestContext.Current.CancellationToken);
        (await Tool.RunAsync(place, "push", "tiny/copy", copy)).Refused(6, "member-01", "SHA-256");

        Directory.Delete(Path.Combine(copy, "member-01"), recursive: true);
        (await Tool.RunAsync(place, "push", "tiny/copy", copy)).Refused(6, "member-01", "missing");
        File.Delete(Path.Combine(copy, "lora_ensemble.json"));
        (await Tool.RunAsync(place, "push", "tiny/copy", copy)).Refused(1, "not ended", "train --config");
        (await Tool.RunAsync(place, "list", "tiny/copy")).Refused(3, "tiny/copy");

        var whole = Copy(tiny.Ensemble, "whole");
        (await Tool.RunAsync(place, "push", "tiny/whole", whole, "--exclude", "member-01/*")).Refused(1, "member-01", "whole");
        File.Delete(Path.Combine(whole, "README.md"));
        (await Tool.RunAsync(place, "push", "tiny/whole", whole)).Done();
        var card = await File.ReadAllTextAsync(Path.Combine(whole, "README.md"), TestContext.Current.CancellationToken);
        Assert.StartsWith("---\nlibrary_name: peft\n", card, StringComparison.Ordinal);
        Assert.Contains("lorae-hub pull tiny/whole", card, StringComparison.Ordinal);

        var facts = (await Tool.RunAsync(place, "list", "tiny/whole", "--json")).Done().Json();
        Assert.Equal("tiny/base", (string?)facts["repository"]!["base"]);
        Assert.Equal(2, (int)facts["repository"]!["members"]!);
        Assert.Equal([2], facts["repository"]!["ranks"]!.AsArray().Select(rank => (int)rank!));
        Assert.Contains(facts["repository"]!["metrics"]!.AsArray(), metric => (string?)metric!["name"] == "accuracy");
        Assert.True((bool)facts["scan"]!["is_done"]!);
        Assert.Contains(
            "tiny/whole",
            (await Tool.RunAsync(place, "list", "--base", "tiny/base", "--quiet")).Done().Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Two_processes_that_pull_at_once_fetch_every_content_once()
    {
        using var hub = await HubProcess.StartAsync(new ToolPlace(), Path.Combine(Golden.Repository, "adapters"));
        var place = Place(hub);
        string[] arguments = ["pull", "lorae/vit-glyphs-small-lora-ensemble-digits-m8-r8", "--json"];
        var both = await Task.WhenAll(Tool.RunAsync(place, arguments), Tool.RunAsync(place, arguments));
        var results = both.Select(run => run.Done().Json()).ToArray();
        Assert.Equal((string?)results[0]["folder"], (string?)results[1]["folder"]);
        var fetched = results.Sum(result => (long)result["fetched_bytes"]! + (long)result["base"]!["fetched_bytes"]!);
        var cache = (await Tool.RunAsync(place, "cache", "ls", "--json")).Done().Json();
        Assert.Equal((long)cache["size_on_disk"]!, fetched);
        Assert.Equal(2, cache["repositories"]!.AsArray().Count);
        Assert.Equal(0, (long)cache["unused"]!);
        (await Tool.RunAsync(place, "cache", "verify")).Done();
    }

    [Fact]
    public async Task Wrong_bytes_in_the_cache_are_found_without_a_network_and_fetched_again()
    {
        using var hub = await HubProcess.StartAsync(new ToolPlace(), Path.Combine(Golden.Repository, "adapters"));
        var place = Place(hub);
        var weights = (await Tool.RunAsync(place, "pull", "lorae/vit-glyphs-small", "model.safetensors", "--quiet")).Done().Output.Trim();
        await using (var stream = new FileStream(weights, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Seek(1000, SeekOrigin.Begin);
            stream.WriteByte(255);
        }

        var wrong = await Tool.RunAsync(
            place with
            {
                Variables = Variables("http://127.0.0.1:9"),
            },
            "cache",
            "verify",
            "--offline",
            "--json"
        );
        Assert.Equal(6, wrong.ExitCode);
        Assert.Equal("model.safetensors", Path.GetFileName((string?)wrong.Json()["repositories"]![0]!["mismatches"]![0]!["uses"]![0]));
        (await Tool.RunAsync(place, "cache", "verify", "--repair")).Done();
        (await Tool.RunAsync(place, "cache", "verify")).Done();
        Assert.Equal(
            await File.ReadAllBytesAsync(
                Path.Combine(Golden.Repository, "adapters", "lorae", "vit-glyphs-small", "model.safetensors"),
                TestContext.Current.CancellationToken
            ),
            await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken)
        );

        (await Tool.RunAsync(place, "cache", "rm", "model/lorae/vit-glyphs-small")).Refused(2, "--yes");
        (await Tool.RunAsync(place, "cache", "rm", "model/lorae/other", "--yes")).Refused(3, "lorae/other");
        (await Tool.RunAsync(place, "cache", "prune", "--max-size", "1KB", "--dry-run")).Done();
        Assert.True(File.Exists(weights));
        (await Tool.RunAsync(place, "cache", "prune", "--max-size", "1KB", "--yes")).Done();
        Assert.False(File.Exists(weights));
    }

    [Fact]
    public async Task Tokens_decide_who_may_read_and_write_and_never_show()
    {
        var tokens = Path.Combine(scratch.Path, "tokens.json");
        var writer = (await Tool.RunAsync("auth", "create-token", "ann", "--role", "write", "--token-file", tokens, "--quiet"))
            .Done()
            .Output.Trim();
        var reader = (await Tool.RunAsync("auth", "create-token", "bob", "--token-file", tokens, "--quiet")).Done().Output.Trim();
        Assert.DoesNotContain(writer, await File.ReadAllTextAsync(tokens, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var hub = await HubProcess.StartAsync(
            new ToolPlace(),
            "--storage",
            Path.Combine(scratch.Path, "store"),
            "--token-file",
            tokens,
            "--require-token"
        );
        var place = Place(hub);
        (await Tool.RunAsync(place, "push", "ann/base", tiny.Base)).Refused(4, "token");
        (await Tool.RunAsync(place, "auth", "whoami")).Refused(4, "Not logged in");
        (await Tool.RunAsync(place, "auth", "login", "--token", "hf_wrong")).Refused(4);
        (await Tool.RunAsync(place, "auth", "login", "--token", writer)).Done();
        Assert.Equal("ann", (await Tool.RunAsync(place, "auth", "whoami", "--quiet")).Done().Output.Trim());
        Assert.DoesNotContain(writer, (await Tool.RunAsync(place, "auth", "list")).Done().Output, StringComparison.Ordinal);
        (await Tool.RunAsync(place, "push", "ann/base", tiny.Base, "--private")).Done();
        (await Tool.RunAsync(place, "repo", "tag", "ann/base", "v1")).Done();
        (await Tool.RunAsync(place, "repo", "tag", "ann/base", "v1")).Refused(1, "v1");
        Assert.Equal("v1", (await Tool.RunAsync(place, "repo", "tag", "ann/base", "--quiet")).Done().Output.Trim());
        (await Tool.RunAsync(place, "auth", "logout")).Done();

        (await Tool.RunAsync(place, "pull", "ann/base")).Refused(3, "log in"); // Strangers are not told what exists.
        (await Tool.RunAsync(place, "pull", "ann/base", "--revision", "v1", "--token", reader)).Done();
        (await Tool.RunAsync(place, "repo", "branch", "ann/base", "dev", "--token", reader)).Refused(4);
        (await Tool.RunAsync(place, "repo", "delete", "ann/base", "--yes", "--token", writer)).Done();
        (await Tool.RunAsync(place, "list", "ann/base", "--token", writer)).Refused(3);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_hub_in_good_order_and_a_port_in_use_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends SIGINT by kill.");
        using var hub = await HubProcess.StartAsync(new ToolPlace(), Path.Combine(Golden.Repository, "adapters"));
        var port = new Uri(hub.Endpoint).Port;
        var taken = await Tool.RunAsync("serve", Path.Combine(Golden.Repository, "adapters"), "--port", $"{port}");
        taken.Refused(1, $"{port}");
        (await Tool.RunAsync("serve", Path.Combine(Golden.Repository, "adapters"), "--host", "0.0.0.0", "--port", "0")).Refused(
            2,
            "0.0.0.0"
        );
        (await Tool.RunAsync("serve")).Refused(2, "nothing to serve");
        // A shell starts what runs in the background with SIGINT ignored, which every child inherits; SIGTERM takes the same way out.
        using var kill = Process.Start("kill", [await IsInterruptIgnoredAsync() ? "-TERM" : "-INT", $"{hub.Process.Id}"]);
        await hub.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, hub.Process.ExitCode);
    }

    private static async Task<bool> IsInterruptIgnoredAsync()
    {
        var status = await File.ReadAllLinesAsync("/proc/self/status", TestContext.Current.CancellationToken);
        var ignored = status.Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        return (ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0b10) != 0; // signal 2
    }

    private static IEnumerable<string> Names(JsonNode list) => list.AsArray().Select(name => (string)name!);

    private ToolPlace Place(HubProcess hub) => new() { Variables = Variables(hub.Endpoint) };

    private Dictionary<string, string> Variables(string endpoint) =>
        new()
        {
            ["HF_ENDPOINT"] = endpoint,
            ["HF_HOME"] = Path.Combine(scratch.Path, "home"),
            ["HF_HUB_CACHE"] = "",
            ["HF_TOKEN"] = "",
            ["HF_TOKEN_PATH"] = "",
            ["HF_HUB_OFFLINE"] = "",
        };

    private string Copy(string from, string name)
    {
        var to = Path.Combine(scratch.Path, name);
        FolderCopy.Make(from, to);
        return to;
    }
}
