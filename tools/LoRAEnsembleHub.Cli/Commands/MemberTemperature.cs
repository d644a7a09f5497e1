using System.Text.Json.Nodes;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>What becomes of an ensemble's temperature when its members change.</summary>
internal static class MemberTemperature
{
    /// <summary>The temperature that still holds: each member's own, or that of the same members in another order; else null.</summary>
    /// <param name="before">The old manifest.</param>
    /// <param name="kept">For every member its place among the old ones; null where a member is made of several.</param>
    /// <param name="changesNumbers">Whether members are others than before, or new ones.</param>
    public static JsonNode? Of(EnsembleManifest before, IReadOnlyList<int>? kept, bool changesNumbers) =>
        before.Temperature switch
        {
            _ when kept is null || changesNumbers => null,
            JsonArray list => new JsonArray([.. kept.Select(member => list[member]!.DeepClone())]),
            JsonValue one when kept.Count == before.Members!.Count => one.DeepClone(),
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
