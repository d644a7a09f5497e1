using System.Net;

namespace LoRAEnsembleHub.Hub;

/// <summary>How an answer's body fits to the bytes that are here.</summary>
internal enum BodyAnswer
{
    /// <summary>It goes on where they end.</summary>
    GoesOn,

    /// <summary>It is the whole file.</summary>
    Whole,

    /// <summary>It is another part, or no part: what is here cannot be gone on with.</summary>
    OtherPart,

    /// <summary>The file has another length than was announced.</summary>
    OtherLength,
}

/// <summary>Reads the head of an answer that brings a file or the rest of one.</summary>
internal static class BodyAnswers
{
    /// <param name="response">200, 206 or 416.</param>
    /// <param name="asked">The first byte that was asked for; 0 if all were.</param>
    /// <param name="size">The announced length of the file.</param>
    /// <returns>What it brings.</returns>
    public static BodyAnswer Of(HttpResponseMessage response, long asked, long size)
    {
        var length = response.Content.Headers.ContentLength;
        var range = response.Content.Headers.ContentRange;
        return response.StatusCode switch
        {
            HttpStatusCode.PartialContent when range is { HasRange: true, Unit: "bytes" } && range.From == asked && asked > 0 =>
                range.Length is { } total && total != size || range.To != size - 1 || length is { } rest && rest != size - asked
                    ? BodyAnswer.OtherLength
                    : BodyAnswer.GoesOn,
            HttpStatusCode.OK => length is { } whole && whole != size ? BodyAnswer.OtherLength : BodyAnswer.Whole,
            _ => BodyAnswer.OtherPart,
        };
    }

    /// <returns>Whether the end of the body, when it comes without a fault, is surely the end of what the server sends.</returns>
    public static bool SaysItsEnd(HttpResponseMessage response) =>
        response.Content.Headers.ContentLength is not null || response.Headers.TransferEncodingChunked == true;
}
