using System.IO.Compression;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>The ways in which an answer can be wrong.</summary>
internal static class Faults
{
    public static Fault Right => (_, _, right) => right();

    public static string[] FileHeaders(byte[] content) =>
        [$"ETag: \"{FaultHub.HashOf(content)}\"", $"X-Repo-Commit: {FaultHub.Commit}", "Accept-Ranges: bytes"];

    public static string ContentRange(int first, int length) => $"Content-Range: bytes {first}-{length - 1}/{length}";

    /// <summary>Sends part of the body, then resets the connection.</summary>
    public static Fault ResetAfter(int bytes) => Part(bytes, exchange => Run(exchange.Reset));

    /// <summary>Sends part of the body, then ends the connection in order.</summary>
    public static Fault EndAfter(int bytes) => Part(bytes, exchange => Run(exchange.Close));

    /// <summary>Sends part of the body, then nothing.</summary>
    public static Fault StallAfter(int bytes) => Part(bytes, exchange => exchange.StallAsync());

    /// <summary>Resets the connection instead of answering.</summary>
    public static Fault ResetAtOnce => (exchange, _, _) => Run(exchange.Reset);

    /// <summary>Never answers.</summary>
    public static Fault Silence => (exchange, _, _) => exchange.StallAsync();

    /// <summary>Sends the whole file, whatever part was asked for.</summary>
    public static Fault IgnoreRange =>
        (exchange, content, _) =>
        {
            exchange.FileBytes += content.Length;
            return exchange.SendAsync(200, content, FileHeaders(content));
        };

    /// <summary>Sends another part than the one that was asked for.</summary>
    public static Fault WrongOffset(int shift) =>
        (exchange, content, _) =>
        {
            var first = exchange.First + shift;
            exchange.FileBytes += content.Length - first;
            return exchange.SendAsync(206, content.AsMemory(first), [.. FileHeaders(content), ContentRange(first, content.Length)]);
        };

    /// <summary>Sends a wrong part under the name of the right one.</summary>
    public static Fault LyingOffset(int shift) =>
        (exchange, content, _) =>
        {
            var first = exchange.First;
            byte[] rest = [.. content[(first + shift)..], .. content[..shift]];
            exchange.FileBytes += rest.Length;
            return exchange.SendAsync(206, rest, [.. FileHeaders(content), ContentRange(first, content.Length)]);
        };

    /// <summary>Answers with a status and headers.</summary>
    public static Fault Status(int status, params string[] headers) => (exchange, _, _) => exchange.SendAsync(status, default, headers);

    /// <summary>Answers with headers that depend on the time.</summary>
    public static Fault Status(int status, Func<string> header) => (exchange, _, _) => exchange.SendAsync(status, default, header());

    /// <summary>Packs the body although plain bytes were asked for.</summary>
    public static Fault Gzip =>
        (exchange, content, _) =>
        {
            var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(content);
            }

            exchange.FileBytes += packed.Length;
            return exchange.SendAsync(200, packed.ToArray(), [.. FileHeaders(content), "Content-Encoding: gzip"]);
        };

    /// <summary>Sends a changed body of the right length.</summary>
    public static Fault Flip(int at) =>
        (exchange, content, _) =>
        {
            var first = exchange.First;
            var changed = (byte[])content.Clone();
            changed[at] ^= 1;
            exchange.FileBytes += content.Length - first;
            return first == 0
                ? exchange.SendAsync(200, changed, FileHeaders(content))
                : exchange.SendAsync(206, changed.AsMemory(first), [.. FileHeaders(content), ContentRange(first, content.Length)]);
        };

    /// <summary>Sends a body that is whole and too short, or too long.</summary>
    public static Fault OtherLength(int difference) =>
        (exchange, content, _) =>
        {
            byte[] other = difference < 0 ? content[..^-difference] : [.. content, .. new byte[difference]];
            exchange.FileBytes += other.Length;
            return exchange.SendAsync(200, other, FileHeaders(content));
        };

    /// <summary>As <see cref="OtherLength"/>, in chunks, so that the head does not tell.</summary>
    public static Fault OtherLengthInChunks(int difference) =>
        async (exchange, content, _) =>
        {
            byte[] other = difference < 0 ? content[..^-difference] : [.. content, .. new byte[difference]];
            await exchange.HeadAsync(200, [.. FileHeaders(content), "Transfer-Encoding: chunked"]);
            await exchange.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{other.Length:x}\r\n"));
            await exchange.WriteFileAsync(other);
            await exchange.WriteAsync("\r\n0\r\n\r\n"u8.ToArray());
        };

    /// <summary>Sends part of the body without saying how long it is, then ends the connection in order.</summary>
    public static Fault EndWithoutLengthAfter(int bytes) =>
        async (exchange, content, _) =>
        {
            await exchange.HeadAsync(200, [.. FileHeaders(content), "Connection: close"]);
            await exchange.WriteFileAsync(content.AsMemory(0, bytes));
            exchange.Close();
        };

    /// <summary>Sends the client elsewhere.</summary>
    public static Fault Redirect(Func<string> location, int status = 302) =>
        (exchange, _, _) => exchange.SendAsync(status, default, $"Location: {location()}");

    /// <summary>Sends the right body under headers of one's choice.</summary>
    public static Fault With(params string[] headers) =>
        (exchange, content, _) =>
        {
            exchange.FileBytes += content.Length;
            return exchange.SendAsync(200, content, headers);
        };

    /// <summary>Sends JSON of one's choice.</summary>
    public static Fault Json(string json, params string[] headers) => (exchange, _, _) => exchange.SendJsonAsync(200, json, headers);

    private static Fault Part(int bytes, Func<FaultExchange, Task> then) =>
        async (exchange, content, _) =>
        {
            var first = exchange.First;
            var head = $"Content-Length: {content.Length - first}";
            await (
                first == 0
                    ? exchange.HeadAsync(200, [.. FileHeaders(content), head])
                    : exchange.HeadAsync(206, [.. FileHeaders(content), head, ContentRange(first, content.Length)])
            );
            await exchange.WriteFileAsync(content.AsMemory(first, bytes));
            await then(exchange);
        };

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
