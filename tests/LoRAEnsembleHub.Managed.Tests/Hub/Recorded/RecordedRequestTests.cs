using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Recorded;

/// <summary>The requests of Python's client, as recorded, get answers of the recorded shape from our hub.</summary>
/// <remarks>
/// The shape: the status, the headers that the client reads, and for JSON every recorded field with a value of its kind. Where the
/// recording hub sent the client elsewhere for the bytes (a redirect, a second page of five files), ours answers at once; what the
/// client then asked elsewhere does not arise, and the test says which requests these are.
/// </remarks>
public sealed partial class RecordedRequestTests
{
    // The recording hub asked for content that it had; ours says that it is stored, so there is nothing to send.
    private const string StoredAlready = "upload_folder without changes";

    private static readonly string[] headersThatMatter =
    [
        "ETag",
        "X-Repo-Commit",
        "X-Linked-Etag",
        "X-Linked-Size",
        "X-Error-Code",
        "X-Error-Message",
        "Accept-Ranges",
        "Content-Length",
    ];

    private static readonly JsonElement scenarios = Golden.Json("hub", "requests.json").GetProperty("scenarios");

    public static TheoryData<string> Names => [.. scenarios.EnumerateObject().Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_recorded_request_gets_an_answer_of_the_recorded_shape(string name)
    {
        var scenario = scenarios.GetProperty(name);
        await using var hub = await RecordedHub.StartAsync(name, JsonSerializer.Serialize(scenario));
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        var etags = new List<string>();
        foreach (var recorded in scenario.GetProperty("requests").EnumerateArray())
        {
            if (!IsElsewhere(recorded))
            {
                await ReplayAsync(hub, name, recorded, addresses, etags);
            }
        }
    }

    [Fact]
    public void Only_requests_that_a_redirect_or_a_second_page_led_to_are_not_replayed()
    {
        var left = scenarios
            .EnumerateObject()
            .SelectMany(scenario => scenario.Value.GetProperty("requests").EnumerateArray())
            .Where(IsElsewhere);
        Assert.Equal(
            ["/api/models/team/pages/tree", "/api/resolve-cache/models/team/cdn", "/api/resolve-cache/models/team/cdn", "/file", "/file"],
            left.Select(request => request.GetProperty("request").GetString()!.Split(' ')[1].Split("/" + RecordedHub.Second)[0])
                .Order(StringComparer.Ordinal)
        );
    }

    private static bool IsElsewhere(JsonElement recorded)
    {
        var target = recorded.GetProperty("request").GetString()!.Split(' ')[1];
        return target.StartsWith("/file/", StringComparison.Ordinal)
            || target.StartsWith("/api/resolve-cache/", StringComparison.Ordinal)
            || target.Contains("cursor=two", StringComparison.Ordinal);
    }

    private static bool IsUpload(string target) =>
        target.StartsWith("/put/", StringComparison.Ordinal) || target.StartsWith("/verify/", StringComparison.Ordinal);

    private static async Task ReplayAsync(
        RecordedHub hub,
        string name,
        JsonElement recorded,
        Dictionary<string, string> addresses,
        List<string> etags
    )
    {
        var line = recorded.GetProperty("request").GetString()!;
        var (method, target) = (line.Split(' ')[0], line.Split(' ')[1]);
        if (!addresses.ContainsKey(target) && IsUpload(target))
        {
            Assert.Equal(StoredAlready, name);
            return;
        }

        var address = addresses.TryGetValue(target, out var signed) ? signed : hub.Address + hub.Here(target, target);
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        AddBody(hub, request, recorded, target, etags);
        foreach (
            var header in recorded
                .GetProperty("headers")
                .EnumerateObject()
                .Where(header => header.Name is not ("connection" or "content-type" or "content-length" or "transfer-encoding"))
        )
        {
            Assert.True(request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()), header.Name);
        }

        var (response, text) = await hub.SendAsync(request);
        using (response)
        {
            CheckStatusAndHeaders(hub, recorded, response, line, text);
            if (recorded.TryGetProperty("answer", out var answer) && answer.ValueKind != JsonValueKind.Null)
            {
                CheckShape(answer, JsonDocument.Parse(text).RootElement, line + (name == StoredAlready ? " (stored)" : ""));
            }

            NoteAddresses(target, text, addresses);
            if (target.StartsWith("/part/", StringComparison.Ordinal))
            {
                etags.Add(response.Headers.ETag!.ToString());
            }
        }
    }

    private static void AddBody(RecordedHub hub, HttpRequestMessage request, JsonElement recorded, string target, List<string> etags)
    {
        if (!recorded.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.String)
        {
            return;
        }

        var text = body.GetString()!;
        if (Described().Match(text) is { Success: true } described)
        {
            request.Content = new ByteArrayContent(RecordedHub.Bytes(described.Groups["length"].Value, described.Groups["hash"].Value));
            return;
        }

        if (target.StartsWith("/complete/", StringComparison.Ordinal))
        {
            var completion = JsonNode.Parse(text)!;
            foreach (var (part, etag) in completion["parts"]!.AsArray().Zip(etags))
            {
                part!["etag"] = etag;
            }

            text = completion.ToJsonString();
        }

        // The one body that must not fit this hub's commits: the client's parent is an earlier one.
        text = text.Contains("\"late\"", StringComparison.Ordinal) ? text : hub.Here(text, target);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        if (recorded.GetProperty("headers").TryGetProperty("content-type", out var type))
        {
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type.GetString()!);
        }
    }

    private static void CheckStatusAndHeaders(RecordedHub hub, JsonElement recorded, HttpResponseMessage response, string line, string text)
    {
        var status = recorded.GetProperty("status").GetInt32();
        var isRedirect = status is >= 300 and < 400;
        Assert.True((int)response.StatusCode == (isRedirect ? 200 : status), $"{line}: {(int)response.StatusCode} {text}");
        var expected = recorded.GetProperty("answer_headers");
        foreach (
            var name in headersThatMatter.Where(name => expected.TryGetProperty(name, out _) && !(isRedirect && name == "Content-Length"))
        )
        {
            var value = expected.GetProperty(name).GetString()!;
            var found = response
                .Headers.Concat(response.Content.Headers)
                .FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Value;
            Assert.True(found is not null, $"{line}: there is no {name}.");
            if (name != "X-Error-Message" && !line.StartsWith("PUT", StringComparison.Ordinal))
            {
                Assert.Equal(hub.Here(value, line), Assert.Single(found));
            }
        }
    }

    private static void CheckShape(JsonElement recorded, JsonElement found, string place)
    {
        switch (recorded.ValueKind)
        {
            case JsonValueKind.Null:
                return; // What may be absent.
            case JsonValueKind.Object:
                Assert.True(found.ValueKind == JsonValueKind.Object, $"{place} is {found.ValueKind}.");
                foreach (
                    var field in recorded
                        .EnumerateObject()
                        .Where(field => field.Value.ValueKind != JsonValueKind.Null && !IsOptional(field, place))
                )
                {
                    Assert.True(found.TryGetProperty(field.Name, out var value), $"{place}: there is no '{field.Name}' in {found}.");
                    CheckShape(field.Value, value, $"{place}: {field.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.True(found.ValueKind == JsonValueKind.Array, $"{place} is {found.ValueKind}.");
                CheckItems(recorded, found, place);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.True(found.ValueKind is JsonValueKind.True or JsonValueKind.False, $"{place} is {found.ValueKind}.");
                break;
            default:
                Assert.True(found.ValueKind == recorded.ValueKind, $"{place} is {found.ValueKind}.");
                break;
        }
    }

    // Clients ignore the headers of an upload in one piece; content that is stored needs no action.
    private static bool IsOptional(JsonProperty field, string place) =>
        (field.Name == "header" && field.Value.TryGetProperty("X-Put", out _))
        || (field.Name == "actions" && place.Contains("(stored)", StringComparison.Ordinal));

    // Lists of files are compared file by file, and what names content must be equal: it is git's own hash here too.
    private static void CheckItems(JsonElement recorded, JsonElement found, string place)
    {
        foreach (var item in recorded.EnumerateArray())
        {
            if (
                item.ValueKind == JsonValueKind.Object
                && (item.TryGetProperty("path", out var path) || item.TryGetProperty("rfilename", out path))
            )
            {
                var key = item.TryGetProperty("path", out _) ? "path" : "rfilename";
                var same = found.EnumerateArray().FirstOrDefault(each => each.GetProperty(key).ValueEquals(path.GetString()));
                Assert.True(same.ValueKind == JsonValueKind.Object, $"{place}: there is no {path}.");
                CheckShape(item, same, $"{place}: {path}");
                if (item.TryGetProperty("oid", out var oid) && oid.ValueKind == JsonValueKind.String)
                {
                    Assert.Equal(oid.GetString(), same.GetProperty("oid").GetString());
                }
            }
            else
            {
                Assert.True(found.GetArrayLength() > 0, $"{place} is empty.");
                CheckShape(item, found[0], place);
            }
        }
    }

    // The recording hub's own upload addresses stand for those that ours hands out.
    private static void NoteAddresses(string target, string text, Dictionary<string, string> addresses)
    {
        if (!target.EndsWith("/objects/batch", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var entry in JsonNode.Parse(text)!["objects"]!.AsArray().Where(entry => entry!["actions"] is not null))
        {
            var (oid, upload) = ((string)entry!["oid"]!, entry["actions"]!["upload"]!);
            var isInParts = upload["header"]?["chunk_size"] is not null;
            addresses[$"/{(isInParts ? "complete" : "put")}/{oid}"] = (string)upload["href"]!;
            addresses[$"/verify/{oid}"] = (string)entry["actions"]!["verify"]!["href"]!;
            for (var part = 1; isInParts && upload["header"]![part.ToString("D5", null)] is { } href; part++)
            {
                addresses[$"/part/{oid}/{part}"] = (string)href!;
            }
        }
    }

    [GeneratedRegex("^(?<length>[0-9]+) bytes, sha256 (?<hash>[0-9a-f]{64})$")]
    private static partial Regex Described();
}
