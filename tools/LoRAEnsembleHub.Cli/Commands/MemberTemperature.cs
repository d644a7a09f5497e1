using System.Text.Json.Nodes;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What becomes of an ensemble's temperature when its members change.</summary>
internal static class MemberTemperature
{
    /// <summary>The temperature that still holds: each member's own, or that of the same members in another order; else null.</summary>
    public static JsonNode? Of(EnsembleManifest before, ChangedMembers changed) =>
        before.Temperature switch
        {
            JsonArray list when changed.Kept is { } kept && !changed.ChangesNumbers => new JsonArray([
                .. kept.Select(member => list[member]!.DeepClone()),
            ]),
            JsonValue one when changed.Kept?.Count == before.Members!.Count && !changed.ChangesNumbers => one.DeepClone(),
            _ => null,
        };

    /// <summary>A manifest with a temperature fitted by likelihood (Guo et al. 2017), and the fit on its list of changes.</summary>
    public static EnsembleManifest Fit(EnsembleManifest manifest, Predictions held, bool each, Aggregation aggregation, string split)
    {
        double[] fitted = each
            ? [.. TemperatureFit.PerMember(held).Select(fit => fit.Temperature)]
            : [TemperatureFit.Of(held, aggregation).Temperature];
        JsonNode value = each
            ? new JsonArray([.. fitted.Select(temperature => JsonValue.Create(temperature))])
            : JsonValue.Create(fitted[0]);
        return (manifest with { Temperature = value }).WithChange(
            "fit_temperature",
            ("kind", each ? "member" : "joint"),
            ("split", split),
            ("examples", held.Examples)
        );
    }
}
