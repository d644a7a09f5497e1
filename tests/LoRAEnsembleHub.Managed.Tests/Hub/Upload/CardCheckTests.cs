using LoRAEnsembleHub.Hub;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class CardCheckTests
{
    private static readonly RepoId Repo = RepoId.Parse("team/set");

    [Fact]
    public async Task A_card_that_the_hub_finds_wrong_stops_the_push_with_its_words()
    {
        var (hub, error) = await PushAsync(
            ("README.md", "---\nlicense: 1\n---\n"),
            400,
            """{"errors":[{"message":"license is wrong"}],"warnings":[]}"""
        );

        Assert.Equal(HubErrorKind.BadRequest, error?.Kind);
        Assert.Contains("license is wrong", error?.Message, StringComparison.Ordinal);
        Assert.Empty(hub.Seen("preupload"));
        Assert.Equal("""{"content":"---\nlicense: 1\n---\n","repoType":"model"}""", hub.Seen("validate-yaml").Single().Text);
    }

    [Theory]
    [InlineData(404, "<html>Not found</html>")]
    [InlineData(404, """{"error":"no such route"}""")]
    [InlineData(501, "")]
    [InlineData(200, "<html>Welcome</html>")]
    public async Task A_hub_without_the_service_is_no_hindrance(int status, string answer)
    {
        var (hub, error) = await PushAsync(("README.md", "text"), status, answer);

        Assert.Null(error);
        Assert.Equal("text", hub.Head().Text("README.md"));
    }

    [Fact]
    public async Task Only_the_card_at_the_root_is_checked()
    {
        var (hub, error) = await PushAsync(("sub/README.md", "text"), 400, """{"errors":[{"message":"wrong"}]}""");

        Assert.Null(error);
        Assert.Empty(hub.Seen("validate-yaml"));
    }

    [Fact]
    public async Task Warnings_are_handed_on()
    {
        await using var hub = await PushHub.StartAsync();
        hub.Before = (context, seen) => AnswerAsync(context, seen, 200, """{"errors":[],"warnings":[{"message":"no license"}]}""");
        using var client = hub.Client();
        using var folder = new PushFolder(("README.md", "text"));

        var result = await client.PushAsync(Repo, folder.FullPath, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["no license"], result.CardWarnings);
    }

    [Fact]
    public async Task A_card_that_is_no_text_is_refused_here()
    {
        await using var hub = await PushHub.StartAsync();
        using var client = hub.Client();
        using var folder = new PushFolder();
        folder.Put("README.md", [0x41, 0xff]);

        var refusal = await Assert.ThrowsAsync<HubException>(() =>
            client.PushAsync(Repo, folder.FullPath, cancellationToken: TestContext.Current.CancellationToken)
        );

        Assert.Equal(HubErrorKind.LocalFile, refusal.Kind);
        Assert.Contains("README.md is not UTF-8", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<(PushHub Hub, HubException? Error)> PushAsync((string, string) file, int status, string answer)
    {
        await using var hub = await PushHub.StartAsync();
        hub.Make();
        hub.Before = (context, seen) => AnswerAsync(context, seen, status, answer);
        using var client = hub.Client();
        using var folder = new PushFolder(file);
        try
        {
            await client.PushAsync(Repo, folder.FullPath, cancellationToken: TestContext.Current.CancellationToken);
            return (hub, null);
        }
        catch (HubException error)
        {
            return (hub, error);
        }
    }

    private static async Task<bool> AnswerAsync(HttpContext context, SeenRequest seen, int status, string answer)
    {
        if (seen.Path != "/api/validate-yaml")
        {
            return false;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = answer.StartsWith('<') ? "text/html" : "application/json";
        await context.Response.WriteAsync(answer);
        return true;
    }
}
