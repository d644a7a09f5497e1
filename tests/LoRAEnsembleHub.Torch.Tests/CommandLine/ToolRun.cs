using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>What a run of the command line left.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Fails unless it ended well.</summary>
    public ToolRun Done()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>Fails unless it ended with this code, said so on standard error alone, and named the cause without a stack trace.</summary>
    public ToolRun Refused(int exitCode, params string[] words)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}\n{Output}\n{Errors}");
        Assert.Equal("", Output);
        Assert.StartsWith("error: ", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, Errors, StringComparison.Ordinal));
        return this;
    }

    /// <summary>The one JSON document on standard output; anything beside it fails.</summary>
    public JsonNode Json()
    {
        using var whole = JsonDocument.Parse(Output);
        return JsonNode.Parse(Output)!;
    }
}
