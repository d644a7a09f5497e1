using LoRAEnsembleHub.Cli.Inspection;
using LoRAEnsembleHub.Ensembles;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What a card says of an ensemble, from its files alone; never needs torch.</summary>
internal static class EnsembleFacts
{
    /// <param name="report">What the folder holds; it has a manifest.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="repoId">The repository that it is published in; null where that is not known.</param>
    public static EnsembleCardFacts Of(EnsembleReport report, EnsembleManifest manifest, string? repoId) =>
        new(manifest.PredictionCount, report.Members.SelectMany(member => member.Ranks).DefaultIfEmpty().Max(), report.Parameters)
        {
            RepoId = repoId,
        };
}
