using System.Diagnostics;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Runs the built command line as a process of its own.</summary>
internal static class Tool
{
    private const string Program = "lorae-hub.dll";

    /// <summary>Runs it to its end in the tests' folder.</summary>
    public static Task<ToolRun> RunAsync(params string[] arguments) => RunAsync(new ToolPlace(), arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<ToolRun> RunAsync(ToolPlace place, params string[] arguments)
    {
        using var process = Start(place, arguments);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolRun(process.ExitCode, output, await errors);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(ToolPlace place, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = place.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(place.Binaries, Program));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OMP_NUM_THREADS"] = "1"; // many of these run at once
        start.Environment.Remove("LORAE_HUB_DEBUG");
        foreach (var (name, value) in place.Variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}

/// <summary>Where the command line runs.</summary>
internal sealed record ToolPlace
{
    /// <summary>The current folder.</summary>
    public string Folder { get; init; } = AppContext.BaseDirectory;

    /// <summary>The folder with the program.</summary>
    public string Binaries { get; init; } = AppContext.BaseDirectory;

    /// <summary>Environment variables besides the inherited ones.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}
