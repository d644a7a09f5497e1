using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Writes an error the way Hugging Face's clients read it: in headers for those that ask by HEAD, in JSON for the others.</summary>
internal static class FaultAnswer
{
    private const int LongestHeader = 400;

    public static async Task WriteAsync(HttpContext http, RequestFault fault)
    {
        var response = http.Response;
        response.StatusCode = fault.Status;
        if (fault.Code is not null)
        {
            response.Headers["X-Error-Code"] = fault.Code;
        }

        response.Headers["X-Error-Message"] = Ascii(fault.Message);
        if (fault.Commit is not null)
        {
            response.Headers["X-Repo-Commit"] = fault.Commit.Hex;
        }

        if (fault.Location is not null)
        {
            response.Headers.Location = fault.Location;
        }

        if (fault.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        var body = new JsonObject { ["error"] = fault.Message };
        if (fault.Url is not null)
        {
            body["url"] = fault.Url;
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, AnswerJson.Options);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(bytes, http.RequestAborted).ConfigureAwait(false);
        }
    }

    // A header holds ASCII without line breaks; everything else is shown as '?'.
    private static string Ascii(string text)
    {
        var result = new StringBuilder(Math.Min(text.Length, LongestHeader));
        foreach (var letter in text.Length > LongestHeader ? text[..LongestHeader] : text)
        {
            result.Append(letter is >= ' ' and < '\u007f' ? letter : '?');
        }

        return result.ToString();
    }
}
