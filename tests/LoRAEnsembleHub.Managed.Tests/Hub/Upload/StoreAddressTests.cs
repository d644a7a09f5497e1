using System.Text.Json;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class StoreAddressTests
{
    private static readonly PushFile File = new()
    {
        Path = "m.safetensors",
        Source = "m.safetensors",
        Stamp = new(25, DateTime.UnixEpoch),
        Sha256 = ContentHash.Parse(new string('a', 64)),
        GitOid = ContentHash.Parse(new string('b', 40)),
        Sample = [],
    };

    [Theory]
    [InlineData("https://hub.test/base", "https://cdn.test/x?sig=1", "https://cdn.test/x?sig=1")]
    [InlineData("https://hub.test/base", "/put/x?sig=1", "https://hub.test/base/put/x?sig=1")]
    [InlineData("https://hub.test/base", "https://huggingface.co/team/set/put", "https://hub.test/base/team/set/put")]
    [InlineData("https://hub.test", "https://huggingface.com/put", "https://huggingface.com/put")]
    [InlineData("https://hub.test", "http://127.0.0.1:8080/put", "http://127.0.0.1:8080/put")]
    [InlineData("http://hub.test", "http://store.test/put", "http://store.test/put")]
    public void An_address_is_read_as_clients_of_the_public_hub_read_it(string endpoint, string href, string expected) =>
        Assert.Equal(new Uri(expected), new StoreAddresses(new(new(endpoint))).Read(href));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ftp://store.test/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://store.test/x?sig=secret")]
    public void An_address_that_is_none_or_would_uncover_the_bytes_is_refused_without_its_query(string? href)
    {
        var refusal = Assert.Throws<HubException>(() => new StoreAddresses(new(new("https://hub.test"))).Read(href));

        Assert.Equal(HubErrorKind.Metadata, refusal.Kind);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_are_taken_by_number_and_cover_the_file_once()
    {
        var plan = Read(10, "10", ["1", "00003", "02"]);

        Assert.Equal(["/1", "/02", "/00003"], plan.Parts.Select(part => part.AbsolutePath));
        Assert.Equal([(0, 10), (10, 10), (20, 5)], Enumerable.Range(0, 3).Select(index => plan.Range(index, 25)));
    }

    [Theory]
    [InlineData("0", 3)]
    [InlineData("-1", 3)]
    [InlineData("ten", 3)]
    [InlineData("10", 2)]
    [InlineData("10", 4)]
    [InlineData("99999999999999999999", 1)]
    public void Parts_that_do_not_add_up_are_refused(string partBytes, int parts) =>
        Assert.Equal(
            HubErrorKind.Metadata,
            Assert.Throws<HubException>(() => Read(0, partBytes, [.. Enumerable.Range(1, parts).Select(part => $"{part}")])).Kind
        );

    [Theory]
    [InlineData("X-Amz-Signature", "X-Amz-Date")]
    [InlineData("X-Goog-Signature", "X-Goog-Credential")]
    [InlineData("signature", "expires")] // This library's own server.
    [InlineData("Signature", "Policy")]
    public void Two_plans_are_of_one_upload_when_only_their_signatures_differ(string signature, string other)
    {
        var first = Read(10, "10", ["1", "2", "3"], $"?uploadId=A&{signature}=1&{other}=2");
        var again = Read(10, "10", ["1", "2", "3"], $"?uploadId=A&{signature}=3&{other}=4");
        var another = Read(10, "10", ["1", "2", "3"], $"?uploadId=B&{signature}=1&{other}=2");

        Assert.Equal(first.Session, again.Session);
        Assert.NotEqual(first.Session, another.Session);
    }

    private static MultipartPlan Read(int number, string partBytes, string[] parts, string query = "")
    {
        var header = parts.ToDictionary(part => part, part => JsonSerializer.SerializeToElement($"https://store.test/{part}{query}"));
        header["chunk_size"] = number == 0 ? JsonSerializer.SerializeToElement(partBytes) : JsonSerializer.SerializeToElement(number);
        var action = new LfsAction { Href = "https://store.test/complete" + query, Header = header };
        return MultipartPlan.Read(action, File, new(new(new("https://hub.test"))));
    }
}
