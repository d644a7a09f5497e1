using System.Diagnostics;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Hub.Serving;
using LoRAEnsembleHub.Managed.Tests.Hub.Lfs;

namespace LoRAEnsembleHub.Managed.Tests.Hub.NpmClient;

/// <summary>One run of the npm package @huggingface/hub against a hub, shared by the tests that read its steps.</summary>
/// <remarks>
/// The package is installed by tests/npm-client/install, not here: tests have no network. The cache that it made stays in
/// artifacts/npm-client/cache for a look at what huggingface.js writes.
/// </remarks>
public sealed class NpmRun : IAsyncLifetime
{
    private const string Version = "2.17.5";

    private readonly Dictionary<string, JsonNode> steps = new(StringComparer.Ordinal);
    private string? missing;

    /// <summary>The hub's address during the run.</summary>
    internal string Address { get; private set; } = "";

    /// <summary>The cache folder that the client filled.</summary>
    internal static string Cache => Path.Combine(Modules, "cache");

    private static string Root => Path.GetDirectoryName(Path.GetDirectoryName(Golden.Locate())!)!;

    private static string Modules => Path.Combine(Root, "artifacts", "npm-client");

    /// <summary>What came out of a step; the test is skipped where the client is not installed.</summary>
    internal JsonNode Step(string name)
    {
        Assert.SkipWhen(missing is not null, missing ?? "");
        return steps[name];
    }

    /// <summary>The value of a step that went well.</summary>
    internal JsonNode Value(string name)
    {
        var step = Step(name);
        Assert.True(step["error"] is null, $"{name}: {step["error"]}");
        return step["value"] ?? throw new InvalidOperationException($"{name} has no value.");
    }

    /// <summary>The status with which a step was refused.</summary>
    internal int Refusal(string name) => (int?)Step(name)["error"]?["status"] ?? 0;

    /// <summary>The requests of a step, each as method and path.</summary>
    internal string[] Requests(string name) => [.. Step(name)["requests"]!.AsArray().Select(request => (string)request!)];

    public async ValueTask InitializeAsync()
    {
        missing = Missing();
        if (missing is not null)
        {
            return;
        }

        if (Directory.Exists(Cache))
        {
            Directory.Delete(Cache, recursive: true);
        }

        await using var hub = await RunningHub.StartAsync(options =>
            options with
            {
                LargeFiles = new LargeFileOptions
                {
                    MultipartAboveBytes = 20_000,
                    PartBytes = 20_000,
                    PreferXet = true,
                },
            }
        );
        Address = hub.Address;
        await RunAsync(hub.Address);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Missing()
    {
        var package = Path.Combine(Modules, "node_modules", "@huggingface", "hub", "package.json");
        if (!File.Exists(package))
        {
            return "The npm package @huggingface/hub is not installed; run tests/npm-client/install, which needs Node and npm.";
        }

        var version = (string?)JsonNode.Parse(File.ReadAllText(package))!["version"];
        return version == Version
            ? null
            : $"@huggingface/hub {version} is installed, the tests are for {Version}; run tests/npm-client/install.";
    }

    private async Task RunAsync(string address)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var argument in new[] { Path.Combine(Root, "tests", "npm-client", "drive.mjs"), address, RunningHub.Token, Cache, Modules }
        )
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["NO_PROXY"] = "127.0.0.1,localhost";
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            missing = "There is no program 'node' on this machine.";
            return;
        }

        using (process)
        {
            var errors = process!.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                var step = JsonNode.Parse(line)!;
                steps.Add((string)step["step"]!, step);
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, await errors);
        }
    }
}
