using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>Short names of systems that are set side by side.</summary>
internal static class SystemNames
{
    /// <summary>The name of each one's folder, with the place in the list where folders are called the same.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<ModelRequest> requests)
    {
        string[] names = [.. requests.Select(request => RepositoryFolder.Of((request.Ensemble ?? request.Base)!).Name)];
        return names.Select((name, index) => names.Count(other => other == name) > 1 ? $"{name} ({index + 1})" : name);
    }
}
