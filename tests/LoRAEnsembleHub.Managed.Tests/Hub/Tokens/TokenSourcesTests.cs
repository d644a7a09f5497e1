using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Tokens;

public sealed class TokenSourcesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_first_place_that_has_a_token_wins()
    {
        var all = new TokenSources
        {
            Given = "given",
            Environment = "environment",
            OldEnvironment = "old",
            TokenFile = folder.Put("token", "file\n"u8),
        };
        Assert.Equal("given", await all.FindAsync(Token));
        Assert.Equal("environment", await (all with { Given = null }).FindAsync(Token));
        Assert.Equal("old", await (all with { Given = " ", Environment = "\n" }).FindAsync(Token));
        Assert.Equal("file", await (all with { Given = null, Environment = null, OldEnvironment = "" }).FindAsync(Token));
        Assert.Null(await (all with { Given = null, OnlyGiven = true }).FindAsync(Token));
        Assert.Equal("given", await (all with { OnlyGiven = true }).FindAsync(Token));
    }

    [Fact]
    public async Task No_token_anywhere_is_no_fault()
    {
        Assert.Null(await new TokenSources().FindAsync(Token));
        Assert.Null(await new TokenSources { TokenFile = folder.Locate("nowhere/token") }.FindAsync(Token));
    }

    [Fact]
    public async Task Line_ends_and_spaces_around_a_token_are_dropped() =>
        Assert.Equal("hf_x", await new TokenSources { Environment = " hf_x\r\n" }.FindAsync(Token));

    [Fact]
    public async Task A_text_that_no_header_could_carry_is_refused_without_showing_it()
    {
        var exception = await Assert.ThrowsAsync<HubException>(() => new TokenSources { Environment = "secret word" }.FindAsync(Token));
        Assert.Equal(HubErrorKind.InvalidName, exception.Kind);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_shows_which_places_have_something_and_never_what()
    {
        var shown = new TokenSources
        {
            Given = "secret-1",
            Environment = "secret-2",
            OldEnvironment = "",
        }.ToString();
        Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
        Assert.Contains("OldEnvironment = none", shown, StringComparison.Ordinal);
    }
}
