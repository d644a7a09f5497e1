using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>One fault of a hub, and how a pull must end.</summary>
/// <param name="Name">The fault, in words.</param>
/// <param name="Make">Has the hub make it.</param>
/// <param name="Refused">The kind of error that the pull must end in; null if it must succeed.</param>
/// <param name="Requests">How many requests the hub must see.</param>
/// <param name="MostSentAgain">How many bytes of files the hub may send more than once, at most.</param>
internal sealed record FaultCase(string Name, Action<FaultHub> Make, HubErrorKind? Refused, int Requests, long MostSentAgain)
{
    private const string Weights = TestContents.Weights;
    private const int All = TestContents.WeightsBytes;

    // The commit, the listing, and a request for each of the three files that are not empty.
    private const int Plain = 5;

    public static IReadOnlyList<FaultCase> Every { get; } =
    [
        new("none", _ => { }, null, Plain, 0),
        new("body stands still after 300,000 of 600,000 bytes", On(Faults.StallAfter(300_000)), null, Plain + 1, 0),
        new("no answer to the request", On(Faults.Silence), null, Plain + 1, 0),
        new("reset in the body after 300,000 bytes", On(Faults.ResetAfter(300_000)), null, Plain + 1, 300_000),
        new("reset instead of an answer", On(Faults.ResetAtOnce), null, Plain + 1, 0),
        new(
            "reset in the body, six times, 90,000 bytes further each",
            On([.. Enumerable.Repeat(Faults.ResetAfter(90_000), 6)]),
            null,
            Plain + 6,
            540_000
        ),
        new("early end after 300,000 bytes", On(Faults.EndAfter(300_000)), null, Plain + 1, 0),
        new("early end of a body without a length", On(Faults.EndWithoutLengthAfter(300_000)), null, Plain + 1, 0),
        new("early end, then 200 to the Range", On(Faults.EndAfter(300_000), Faults.IgnoreRange), null, Plain + 1, 300_000),
        new(
            "early end, then a part at a wrong offset",
            On(Faults.EndAfter(300_000), Faults.WrongOffset(1000)),
            null,
            Plain + 2,
            300_000 + All
        ),
        new(
            "early end, then a wrong part under the right offset",
            On(Faults.EndAfter(300_000), Faults.LyingOffset(1000)),
            null,
            Plain + 2,
            All
        ),
        new(
            "early end, then 416",
            On(Faults.EndAfter(300_000), Faults.Status(416, "Content-Range: bytes */600000")),
            null,
            Plain + 2,
            300_000
        ),
        new("flipped byte, once", On(Faults.Flip(400_000)), null, Plain + 1, All),
        new("flipped byte, always", hub => hub.Always[Weights] = Faults.Flip(400_000), HubErrorKind.Integrity, -1, All),
        new("body 1,000 bytes short, once", On(Faults.OtherLength(-1000)), null, Plain + 1, All),
        new("body 1,000 bytes short, always", hub => hub.Always[Weights] = Faults.OtherLength(-1000), HubErrorKind.Integrity, -1, All),
        new("body 1,000 bytes short in chunks, once", On(Faults.OtherLengthInChunks(-1000)), null, Plain + 1, All),
        new("body 1,000 bytes long, once", On(Faults.OtherLength(1000)), null, Plain + 1, All + 1000),
        new("body 1,000 bytes long in chunks, once", On(Faults.OtherLengthInChunks(1000)), null, Plain + 1, All + 1000),
        new("body packed with gzip", hub => hub.Always[Weights] = Faults.Gzip, HubErrorKind.Metadata, -1, All),
        new("a part where the whole was asked for", hub => hub.Always[Weights] = Faults.WrongOffset(0), HubErrorKind.Metadata, -1, All),
        new(
            "early end, always at the same byte",
            hub => hub.Always[Weights] = Faults.EndWithoutLengthAfter(300_000),
            HubErrorKind.Network,
            -1,
            20L * All
        ),
        new("429 with Retry-After in seconds", On(Faults.Status(429, "Retry-After: 3")), null, Plain + 1, 0),
        new("429 with Retry-After as a date", On(Faults.Status(429, RetryDate)), null, Plain + 1, 0),
        new(
            "429 with Retry-After as a date gone by",
            On(Faults.Status(429, "Retry-After: Tue, 01 Jan 2019 00:00:00 GMT")),
            null,
            Plain + 1,
            0
        ),
        new("429 with RateLimit r=0;t=3", On(Faults.Status(429, "RateLimit: \"resolvers\";r=0;t=3")), null, Plain + 1, 0),
        new(
            "429 with RateLimit of the older draft",
            On(Faults.Status(429, "RateLimit: limit=5, remaining=0, reset=3")),
            null,
            Plain + 1,
            0
        ),
        new("429 without a word", On(Faults.Status(429)), null, Plain + 1, 0),
        new(
            "429 with Retry-After of a day",
            hub => hub.Always[Weights] = Faults.Status(429, "Retry-After: 86400"),
            HubErrorKind.RateLimited,
            -1,
            0
        ),
        new("429, always", hub => hub.Always[Weights] = Faults.Status(429), HubErrorKind.RateLimited, -1, 0),
        new("503, five times", On([.. Enumerable.Repeat(Faults.Status(503), 5)]), null, Plain + 5, 0),
        new("503, always", hub => hub.Always[Weights] = Faults.Status(503), HubErrorKind.Server, -1, 0),
        new(
            "408, 500, 502 and 504",
            On(Faults.Status(408), Faults.Status(500), Faults.Status(502), Faults.Status(504)),
            null,
            Plain + 4,
            0
        ),
        new("503 to the listing, reset to the revision", TreeAndRevision, null, Plain + 2, 0),
        new("listing breaks off", hub => hub.On(FaultHub.Tree, BrokenListing), null, Plain + 1, 0),
        new("redirect to a relative address", On(Faults.Redirect(() => "../../" + Own)), null, Plain + 1, 0),
        new("redirects without end", hub => hub.Always[Weights] = Faults.Redirect(() => "/" + Own, 307), HubErrorKind.Metadata, -1, 0),
        new(
            "redirect to no http address",
            hub => hub.Always[Weights] = Faults.Redirect(() => "file:///etc/passwd"),
            HubErrorKind.Metadata,
            -1,
            0
        ),
        new("etag that is a path", On(Faults.With("ETag: \"../../../evil\"", "X-Linked-Etag: \"../../evil\"")), null, Plain, 0),
        new(
            "headers of 200 KiB",
            hub => hub.Always[Weights] = Faults.With("X-Long: " + new string('x', 200_000)),
            HubErrorKind.Metadata,
            -1,
            All
        ),
        new("listing with a hash that is a path", Listing("config.json", "../../../../evil"), HubErrorKind.Metadata, 2, 0),
        new(
            "revision with a commit that is a path",
            hub => hub.On(FaultHub.Revision, Faults.Json("""{"sha":"../../evil"}""")),
            HubErrorKind.Metadata,
            1,
            0
        ),
        new("file name with ..", Listing("../../evil"), HubErrorKind.UnsafeName, 2, 0),
        new("file name that is absolute", Listing("/etc/evil"), HubErrorKind.UnsafeName, 2, 0),
        new("file name with a backslash", Listing("..\\\\evil"), HubErrorKind.UnsafeName, 2, 0),
        new("file name of a Windows device", Listing("member/AUX.bin"), HubErrorKind.UnsafeName, 2, 0),
        new(
            "two file names that differ in case",
            hub => hub.On(FaultHub.Tree, Names("Model.bin", "model.bin")),
            HubErrorKind.UnsafeName,
            2,
            0
        ),
        new(
            "next page on another host",
            hub => hub.On(FaultHub.Tree, Faults.Json("[]", "Link: <http://127.0.0.2:9/x>; rel=\"next\"")),
            HubErrorKind.Metadata,
            2,
            0
        ),
        new(
            "file gone from the commit",
            hub => hub.Always[Weights] = Faults.Status(404, "X-Error-Code: EntryNotFound"),
            HubErrorKind.EntryNotFound,
            -1,
            0
        ),
        new("access withdrawn", hub => hub.Always[Weights] = Faults.Status(403, "X-Error-Message: no"), HubErrorKind.Forbidden, -1, 0),
    ];

    private static string Own => $"team/set/resolve/{FaultHub.Commit}/{Weights}";

    private static string RetryDate() => $"Retry-After: {HubBench.Clock.GetUtcNow().AddSeconds(5):r}";

    private static Fault BrokenListing =>
        async (exchange, content, _) =>
        {
            await exchange.HeadAsync(200, "Content-Type: application/json", $"Content-Length: {content.Length}");
            await exchange.WriteAsync(content.AsMemory(0, content.Length / 2));
            exchange.Close();
        };

    private static Action<FaultHub> On(params Fault[] next) => hub => hub.On(Weights, next);

    private static void TreeAndRevision(FaultHub hub) =>
        hub.On(FaultHub.Tree, Faults.Status(503)).On(FaultHub.Revision, Faults.ResetAtOnce);

    private static Action<FaultHub> Listing(string name, string? oid = null) =>
        hub =>
            hub.On(FaultHub.Tree, Faults.Json($$"""[{"type":"file","oid":"{{oid ?? new string('a', 40)}}","size":3,"path":"{{name}}"}]"""));

    private static Fault Names(params string[] names) =>
        Faults.Json($"[{string.Join(',', names.Select(name => FaultHub.Entry(name, [1])))}]");
}
