using System.Diagnostics;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>The machine's own Python, with which these tests check what other tools of the cache see.</summary>
internal sealed class Python
{
    private static readonly string[] programs = ["python3", "python"];

    private readonly string program;

    private Python(string program) => this.program = program;

    /// <summary>Finds it, or skips the test.</summary>
    public static Python Find()
    {
        var program = programs.FirstOrDefault(Works);
        Assert.SkipWhen(program is null, "There is no python3 on this machine to compare with.");
        return new(program);
    }

    /// <summary>Runs a script to its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(string script, params string[] arguments)
    {
        using var process = Start(script, arguments);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.TrimEnd();
    }

    /// <summary>Starts a script that is spoken with over its input and output.</summary>
    public Process Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static bool Works(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
