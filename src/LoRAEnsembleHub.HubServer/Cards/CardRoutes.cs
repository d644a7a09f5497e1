using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Hub.Serving.Cards;

/// <summary>The address at which clients have a card checked before they push it.</summary>
internal static class CardRoutes
{
    public static void Map(RouteTable routes) => routes.Api("POST", "validate-yaml", CheckAsync);

    private static async Task CheckAsync(Exchange exchange)
    {
        exchange.EnsureKnown();
        var body = await exchange.BodyAsync().ConfigureAwait(false);
        var content = body.Text("content") ?? throw RequestFault.BadRequest("'content' must be the text of the card.");
        var word = body.Text("repoType") ?? "model";
        if (!RepoTypes.TryParse(word, out var type))
        {
            throw RequestFault.BadRequest($"'repoType' is '{HubText.Shown(word)}'; it must be model, dataset, space or kernel.");
        }

        var findings = CardRules.Check(content, type);
        await exchange
            .JsonAsync(
                new JsonObject { ["errors"] = Messages(findings.Errors), ["warnings"] = Messages(findings.Warnings) },
                findings.Errors.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK
            )
            .ConfigureAwait(false);
    }

    private static JsonArray Messages(IReadOnlyList<string> messages) =>
        new([.. messages.Select(JsonNode (message) => new JsonObject { ["message"] = message })]);
}
