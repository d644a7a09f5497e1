using LoRAEnsembleHub.Adapters;

namespace LoRAEnsembleHub.Training;

/// <summary>The projections that settings choose.</summary>
internal static class TargetSites
{
    /// <exception cref="TrainingException">The model has no such block, or nothing is chosen.</exception>
    public static AdapterSite[] Of(AdapterCatalogue catalogue, TrainingOptions options)
    {
        var layers = catalogue.Sites.Max(site => site.Layer) + 1;
        if (options.Layers?.Any(layer => layer < 0 || layer >= layers) ?? false)
        {
            throw TrainingException.OfSetting($"layers is {string.Join(", ", options.Layers)}; the model's blocks are 0 to {layers - 1}.");
        }

        AdapterSite[] sites =
        [
            .. catalogue.Sites.Where(site =>
                options.Targets.Contains(site.Kind) && (options.Layers is null || options.Layers.Contains(site.Layer))
            ),
        ];
        return sites.Length > 0 ? sites : throw TrainingException.OfSetting("layers is empty; leave it out to adapt every block.");
    }
}
