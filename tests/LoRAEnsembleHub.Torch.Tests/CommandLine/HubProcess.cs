using System.Diagnostics;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>The command line's hub as a process of its own, on a free port of this machine.</summary>
internal sealed class HubProcess : IDisposable
{
    private HubProcess(Process process, string endpoint) => (Process, Endpoint) = (process, endpoint);

    public Process Process { get; }

    /// <summary>What clients use as endpoint.</summary>
    public string Endpoint { get; }

    /// <summary>Starts a hub and waits until it says where it listens.</summary>
    /// <param name="place">Where it runs.</param>
    /// <param name="arguments">What <c>serve</c> gets besides a port.</param>
    public static async Task<HubProcess> StartAsync(ToolPlace place, params string[] arguments)
    {
        var process = Tool.Start(place, ["serve", "--port", "0", "--quiet", .. arguments]);
        process.BeginErrorReadLine();
        var endpoint = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        if (endpoint is null)
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Fail($"serve ended with exit code {process.ExitCode}");
        }

        return new HubProcess(process, endpoint);
    }

    /// <summary>SIGKILL: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
    }
}
