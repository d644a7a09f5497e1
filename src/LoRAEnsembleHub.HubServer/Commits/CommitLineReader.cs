using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Reads the lines of a commit; a line may be of any length, since the content of a file in it never lies in memory as a whole.</summary>
/// <remarks>
/// Each line is <c>{"key": …, "value": {…, "content": "…"}}</c> in any order. Everything but the letters of that one text goes to a JSON
/// reader; they go to <see cref="SpilledText"/>.
/// </remarks>
internal sealed class CommitLineReader(Stream body, Func<string> newPath)
{
    private const int LongestLineBytes = 1 << 20;
    private const int DeepestLevel = 8;

    private readonly byte[] buffer = new byte[1 << 16];
    private readonly List<byte> line = [];
    private readonly List<(bool IsObject, string Name)> levels = [];
    private int at;
    private int end;
    private int stringStart;
    private bool namesNext;

    /// <returns>The next line; null at the end.</returns>
    /// <exception cref="RequestFault">400: it is no such line.</exception>
    public async Task<CommitLine?> ReadAsync(CancellationToken cancellationToken)
    {
        line.Clear();
        levels.Clear();
        SpilledText? content = null;
        try
        {
            var place = Place.Outside;
            while (await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                var next = buffer[at++];
                if (next == '\n' && place == Place.Outside && levels.Count == 0)
                {
                    if (line.Count > 0)
                    {
                        return Finish(content);
                    }

                    continue;
                }

                Keep(next);
                place = Step(place, next);
                if (place == Place.Content)
                {
                    content = content is null ? new(newPath) : throw RequestFault.BadRequest("A line has two contents.");
                    await SpillAsync(content, cancellationToken).ConfigureAwait(false);
                    Keep((byte)'"');
                    place = Place.Outside;
                }
            }

            return line.All(letter => letter is (byte)' ' or (byte)'\r' or (byte)'\t') ? null : Finish(content);
        }
        catch
        {
            if (content is not null)
            {
                await content.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (at == end)
        {
            (at, end) = (0, await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
        }

        return at < end;
    }

    private void Keep(byte letter)
    {
        if (line.Count >= LongestLineBytes)
        {
            throw RequestFault.BadRequest($"A line has more than {LongestLineBytes} bytes besides the content of its file.");
        }

        line.Add(letter);
    }

    private Place Step(Place place, byte next)
    {
        switch (place)
        {
            case Place.Escape:
                return Place.Text;
            case Place.Text when next == '\\':
                return Place.Escape;
            case Place.Text when next == '"':
                EndText();
                return Place.Outside;
            case Place.Text:
                return Place.Text;
        }

        switch ((char)next)
        {
            case '"':
                stringStart = line.Count;
                return IsContent() ? Place.Content : Place.Text;
            case '{' or '[':
                Open(next == '{');
                break;
            case '}' or ']' when levels.Count > 0:
                levels.RemoveAt(levels.Count - 1);
                namesNext = false;
                break;
            case ',':
                namesNext = levels.Count > 0 && levels[^1].IsObject;
                break;
            case ':':
                namesNext = false;
                break;
        }

        return Place.Outside;
    }

    private void Open(bool isObject)
    {
        if (levels.Count >= DeepestLevel)
        {
            throw RequestFault.BadRequest("A line is nested too deeply.");
        }

        levels.Add((isObject, ""));
        namesNext = isObject;
    }

    private void EndText()
    {
        if (namesNext && levels.Count > 0)
        {
            levels[^1] = (true, Encoding.UTF8.GetString([.. line.GetRange(stringStart, line.Count - stringStart - 1)]));
        }
    }

    private bool IsContent() => !namesNext && levels is [(true, "value"), (true, "content")];

    private async Task SpillAsync(SpilledText content, CancellationToken cancellationToken)
    {
        var escapes = new TextEscapes();
        while (await FillAsync(cancellationToken).ConfigureAwait(false))
        {
            if (escapes.IsOpen)
            {
                await content.AppendAsync(escapes.Take(buffer[at++]), cancellationToken).ConfigureAwait(false);
                continue;
            }

            var run = buffer.AsSpan(at, end - at).IndexOfAny((byte)'"', (byte)'\\');
            var plain = run < 0 ? end - at : run;
            await content.AppendAsync(buffer.AsMemory(at, plain), cancellationToken).ConfigureAwait(false);
            at += plain;
            if (run >= 0 && buffer[at++] == '"')
            {
                escapes.EnsureWhole();
                return;
            }

            if (run >= 0)
            {
                escapes.Begin();
            }
        }

        throw RequestFault.BadRequest("The commit breaks off inside the content of a file.");
    }

    private CommitLine Finish(SpilledText? content)
    {
        try
        {
            var parsed = JsonNode.Parse(line.ToArray(), null, AnswerJson.Strict) as JsonObject;
            return parsed?.Text("key") is { } key && parsed["value"] is JsonObject value
                ? new(key, value, content)
                : throw RequestFault.BadRequest("Each line of a commit is an object with 'key' and 'value'.");
        }
        catch (JsonException error)
        {
            throw RequestFault.BadRequest($"A line of the commit is no JSON: {error.Message}");
        }
    }

    private enum Place
    {
        Outside,
        Text,
        Escape,
        Content,
    }
}
