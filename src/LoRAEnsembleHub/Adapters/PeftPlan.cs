using System.Text.RegularExpressions;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The update at one site: where its factors lie and what they are multiplied by.</summary>
internal sealed record PeftUpdate(AdapterSite Site, TensorView Down, TensorView Up, double Scale);

/// <summary>Holds the config of an adapter against the tensors of its file; no number is read.</summary>
internal static class PeftPlan
{
    /// <returns>One update or more, in the order of the model's sites.</returns>
    /// <exception cref="AdapterException">Config and file do not agree, a shape is wrong, or nothing would be adapted.</exception>
    public static IReadOnlyList<PeftUpdate> Make(PeftConfig config, PeftNames names, AdapterCatalogue catalogue, string place)
    {
        try
        {
            return Compared(config, names, catalogue, place);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new AdapterException(
                $"{place}: the regular expression {e.Pattern} in adapter_config.json (target_modules, exclude_modules, rank_pattern, "
                    + "alpha_pattern or layers_pattern) backtracks without end on a module name.",
                e
            );
        }
    }

    private static List<PeftUpdate> Compared(PeftConfig config, PeftNames names, AdapterCatalogue catalogue, string place)
    {
        var plan = new List<PeftUpdate>();
        foreach (var site in catalogue.Sites)
        {
            var found = names.Factors.TryGetValue(site.Name, out var views);
            // the config means the names under which the adapter was made, so these come first: of a list with words of both versions
            // the others match nothing, and PEFT does not mind. Only an adapter whose names were translated since needs all spellings.
            var spellings = names.Spellings(site);
            if (found && !config.Adapts(spellings, site.Layer))
            {
                spellings = PeftNames.AllSpellings(site, catalogue.Prefix);
            }

            var wanted = config.Adapts(spellings, site.Layer);
            if (wanted != found)
            {
                throw new AdapterException(
                    wanted
                        ? $"{place}: target_modules names {catalogue.Prefix}{site.Name}, but the file has no lora_A and lora_B for it."
                        : $"{place}: the file has LoRA tensors for {catalogue.Prefix}{site.Name}, which target_modules does not name; PEFT would ignore them."
                );
            }

            if (found)
            {
                CheckShape(views.Down!, [config.RankAt(spellings), site.In], place);
                CheckShape(views.Up!, [site.Out, config.RankAt(spellings)], place);
                plan.Add(new PeftUpdate(site, views.Down!, views.Up!, config.ScaleAt(spellings)));
            }
        }

        return plan.Count > 0
            ? plan
            : throw new AdapterException(
                $"{place}: target_modules names no module of the model type {catalogue.ModelType}, so the adapter would do nothing."
            );
    }

    private static void CheckShape(TensorView view, long[] shape, string place)
    {
        if (!view.Shape.SequenceEqual(shape))
        {
            throw new AdapterException(
                $"{place}: {view.Name} is [{string.Join(", ", view.Shape)}]; the rank in adapter_config.json and the base need [{string.Join(", ", shape)}]."
            );
        }
    }
}
