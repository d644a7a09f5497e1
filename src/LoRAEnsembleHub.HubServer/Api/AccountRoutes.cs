using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary><c>/api/whoami-v2</c>: whose token it is and what for.</summary>
internal static class AccountRoutes
{
    public static void Map(RouteTable routes) => routes.Api("GET", "whoami-v2", WhoAmIAsync);

    private static async Task WhoAmIAsync(Exchange exchange)
    {
        var token = exchange.Caller.Token;
        var user = exchange.Caller.User;
        if (user is null || exchange.Http.Request.Headers.Authorization.Count == 0)
        {
            throw new RequestFault(401, "Invalid username or password.");
        }

        var answer = new JsonObject
        {
            ["type"] = "user",
            ["id"] = GitHash.Of("blob", System.Text.Encoding.UTF8.GetBytes(user))[..24],
            ["name"] = user,
            ["fullname"] = user,
            ["email"] = null,
            ["emailVerified"] = false,
            ["isPro"] = false,
            ["canPay"] = false,
            ["periodEnd"] = null,
            ["avatarUrl"] = "",
            ["orgs"] = new JsonArray([.. (token?.Namespaces ?? []).Where(name => name != user).Select(Organization)]),
            ["auth"] = new JsonObject
            {
                ["type"] = "access_token",
                ["accessToken"] = new JsonObject
                {
                    ["displayName"] = user,
                    ["role"] = token is null or { Role: TokenRole.Write } ? "write" : "read",
                    ["createdAt"] = AnswerJson.Time(token?.CreatedAt ?? DateTimeOffset.UnixEpoch),
                },
            },
        };
        await exchange.JsonAsync(answer).ConfigureAwait(false);
    }

    private static JsonObject Organization(string name) =>
        new()
        {
            ["type"] = "org",
            ["id"] = GitHash.Of("blob", System.Text.Encoding.UTF8.GetBytes(name))[..24],
            ["name"] = name,
            ["fullname"] = name,
            ["avatarUrl"] = "",
        };
}
