using System.CommandLine;
using LoRAEnsembleHub.Cli.Commands;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>The option that says which cache is used.</summary>
internal sealed class CacheChoice
{
    private readonly Option<string?> folder = OptionKinds.Text(
        "--cache-dir",
        "DIR",
        "Cache, shared with Hugging Face's tools (default: HF_HUB_CACHE, else hub in HF_HOME, else ~/.cache/huggingface/hub)"
    );

    public CacheChoice(Command command) => command.Add(folder);

    /// <summary>The cache's folder, absolute.</summary>
    public string Folder(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(folder) ?? HubEnvironment.Read().CacheFolder);
}
