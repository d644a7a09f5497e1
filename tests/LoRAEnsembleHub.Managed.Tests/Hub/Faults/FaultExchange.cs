using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>One request on a <see cref="FaultServer"/>, and the raw means to answer it.</summary>
internal sealed class FaultExchange
{
    private readonly Socket socket;
    private readonly Stream stream;
    private readonly CancellationToken stop;

    private FaultExchange(Socket socket, Stream stream, FaultServer server, CancellationToken stop) =>
        (this.socket, this.stream, Server, this.stop) = (socket, stream, server, stop);

    public FaultServer Server { get; }

    public required string Method { get; init; }

    /// <summary>The target of the request line, as it was sent.</summary>
    public required string Target { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>How many bytes of the file the answer brought.</summary>
    public long FileBytes { get; set; }

    /// <summary>Lines that every answer to this request has.</summary>
    public IReadOnlyList<string> ExtraHeaders { get; set; } = [];

    public bool IsClosed { get; private set; }

    /// <summary>The first byte that <c>Range</c> asks for; 0 without one.</summary>
    public int First =>
        Headers.TryGetValue("Range", out var range) ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture) : 0;

    public static async Task<FaultExchange?> ReadAsync(Socket socket, Stream stream, FaultServer server, CancellationToken stop)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, stop) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines
            .Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, stop);
        var request = lines[0].Split(' ');
        return new(socket, stream, server, stop)
        {
            Method = request[0],
            Target = request[1],
            Headers = headers,
            Body = body,
        };
    }

    /// <summary>Sends a whole answer.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="body">Its body.</param>
    /// <param name="headers">Lines besides <c>Content-Length</c>.</param>
    public async Task SendAsync(int status, ReadOnlyMemory<byte> body, params string[] headers)
    {
        await HeadAsync(status, [.. headers, $"Content-Length: {body.Length}"]);
        if (Method != "HEAD")
        {
            await stream.WriteAsync(body, stop);
        }
    }

    public Task SendJsonAsync(int status, string json, params string[] headers) =>
        SendAsync(status, Encoding.UTF8.GetBytes(json), ["Content-Type: application/json", .. headers]);

    /// <summary>Sends the head of an answer and nothing else.</summary>
    public async Task HeadAsync(int status, params string[] headers)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Said\r\n");
        foreach (var header in headers.Concat(ExtraHeaders))
        {
            text.Append(header).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(text.Append("\r\n").ToString()), stop);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes, stop);

    /// <summary>Sends bytes of a file.</summary>
    public async Task WriteFileAsync(ReadOnlyMemory<byte> bytes)
    {
        FileBytes += bytes.Length;
        await WriteAsync(bytes);
    }

    /// <summary>Ends the connection in order, whatever was promised.</summary>
    public void Close()
    {
        IsClosed = true;
        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Breaks the connection off: the client sees a reset.</summary>
    public void Reset()
    {
        IsClosed = true;
        socket.LingerState = new(enable: true, seconds: 0);
        socket.Close();
    }

    /// <summary>Says nothing more until the client goes.</summary>
    public async Task StallAsync()
    {
        IsClosed = true;
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop) > 0) { }
    }
}
