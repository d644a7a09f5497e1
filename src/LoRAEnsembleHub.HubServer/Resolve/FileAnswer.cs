using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Sends a file or a part of it.</summary>
internal static class FileAnswer
{
    /// <summary>Sends content with the headers of the answer already set by the caller, except length, range and status.</summary>
    /// <param name="http">The request and its answer.</param>
    /// <param name="etag">The content's hash, without quotes.</param>
    /// <param name="size">The content's size in bytes.</param>
    /// <param name="send">Sends a part: first byte, count.</param>
    public static async Task SendAsync(HttpContext http, string etag, long size, Func<long, long, Task> send)
    {
        var response = http.Response;
        response.Headers.ETag = $"\"{etag}\"";
        response.Headers.AcceptRanges = "bytes";
        response.ContentType = "application/octet-stream";
        var range = Wanted(http.Request, etag, size);
        if (range is { Count: 0 } && size > 0)
        {
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{size}");
            throw new RequestFault(416, $"The file has {size} bytes; it has no byte {range.First}.");
        }

        if (range is not null)
        {
            // huggingface.js asks every file for its first byte, and reads an empty file's size from this header.
            var part = size == 0 ? "*" : string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.First + range.Count - 1}");
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {part}/{size}");
            response.StatusCode = size == 0 ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        }

        var (first, count) = (range?.First ?? 0, range?.Count ?? size);
        response.ContentLength = count;
        if (count > 0 && !HttpMethods.IsHead(http.Request.Method))
        {
            await send(first, count).ConfigureAwait(false);
        }
    }

    // A part of other content than the client began with is of no use to it; then the whole is sent.
    private static ByteRange? Wanted(HttpRequest request, string etag, long size) =>
        request.Headers.IfRange is { Count: > 0 } condition && condition.ToString() != $"\"{etag}\""
            ? null
            : ByteRange.Read(request.Headers.Range, size);
}
