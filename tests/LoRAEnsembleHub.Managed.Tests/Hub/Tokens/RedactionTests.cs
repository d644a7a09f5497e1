using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Tokens;

public sealed class RedactionTests
{
    private const string Secret = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";

    [Theory]
    [InlineData("token hf_" + Secret + ".")]
    [InlineData("Authorization: Bearer " + Secret)]
    [InlineData("authorization: bearer " + Secret)]
    [InlineData("Authorization: Basic " + Secret)]
    [InlineData("https://user:" + Secret + "@host/path")]
    [InlineData("https://host/file?X-Amz-Signature=" + Secret + "&x=1")]
    [InlineData("https://host/file?x=1&X-Amz-Credential=" + Secret)]
    [InlineData("GET https://host/file?Policy=" + Secret + "&Key-Pair-Id=K HTTP/1.1")]
    [InlineData("https://host/file?signature=" + Secret)]
    [InlineData("https://host/file?sig=" + Secret + "#part")]
    [InlineData("https://host/?access_token=" + Secret)]
    [InlineData("hf_oauth_" + Secret + "." + Secret)]
    public void Secrets_are_hidden(string text) => Assert.DoesNotContain(Secret, Redaction.Hide(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("GET https://hub.test/api/models/team/set/tree/main?recursive=true&cursor=abc")]
    [InlineData("hf_hub_download is Python's name for it")]
    [InlineData("What? Nothing = nothing.")]
    [InlineData("a@b.test")]
    public void Ordinary_text_stays(string text) => Assert.Equal(text, Redaction.Hide(text));

    [Fact]
    public void A_token_in_use_is_hidden_wherever_it_stands_and_too_short_ones_are_no_tokens()
    {
        Assert.Equal("a***b", Redaction.Hide("aplain-secretb", "plain-secret", null, ""));
        Assert.Equal("banana", Redaction.Hide("banana", "an"));
    }

    [Fact]
    public void What_is_left_still_says_where() =>
        Assert.Equal(
            "GET https://host/a/b.bin?*** failed",
            Redaction.Hide($"GET https://host/a/b.bin?X-Amz-Date=1&X-Amz-Signature={Secret} failed")
        );
}
