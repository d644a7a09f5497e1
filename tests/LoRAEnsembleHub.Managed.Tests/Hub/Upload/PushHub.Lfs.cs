using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

internal sealed partial class PushHub
{
    private string Query => $"?X-Amz-Signature=secret{Signature}";

    private IResult Batch(SeenRequest request)
    {
        using var question = JsonDocument.Parse(request.Body);
        var objects = question
            .RootElement.GetProperty("objects")
            .EnumerateArray()
            .Select(one => (Oid: one.GetProperty("oid").GetString()!, Size: one.GetProperty("size").GetInt64()))
            .ToList();
        return Results.Json(
            new
            {
                transfer = Transfer ?? (PartBytes is null ? "basic" : "multipart"),
                objects = objects
                    .Select(one => new
                    {
                        oid = one.Oid,
                        size = one.Size,
                        actions = Objects.ContainsKey(one.Oid)
                            ? null
                            : new
                            {
                                upload = Upload(one.Oid, one.Size),
                                verify = new { href = new Uri(Address, $"verify/{one.Oid}").AbsoluteUri },
                            },
                    })
                    .ToArray(),
            }
        );
    }

    private object Upload(string oid, long size)
    {
        if (PartBytes is not { } bytes)
        {
            return new { href = new Uri(Address, $"put/{oid}{Query}").AbsoluteUri };
        }

        var header = new Dictionary<string, string> { ["chunk_size"] = bytes.ToString(CultureInfo.InvariantCulture) };
        for (var part = 1; (part - 1) * (long)bytes < size; part++)
        {
            header[part.ToString("00000", CultureInfo.InvariantCulture)] = new Uri(Address, $"part/{oid}/{part}{Query}").AbsoluteUri;
        }

        return new { href = new Uri(Address, $"complete/{oid}{Query}").AbsoluteUri, header };
    }

    private IResult Put(SeenRequest request, string oid)
    {
        if (request.Query != Query)
        {
            return new Refusal(403, null, "The signature has run out.");
        }

        if (Hex(request.Body) != oid)
        {
            return new Refusal(400, null, "The bytes are not those that were announced.");
        }

        Objects[oid] = request.Body;
        return Results.Ok();
    }

    private IResult PutPart(SeenRequest request)
    {
        if (request.Query != Query)
        {
            return new Refusal(403, null, "The signature has run out.");
        }

        Parts[request.Path] = request.Body;
        return new Acknowledged($"\"{Hex(request.Body)[..32]}\"");
    }

    private IResult Complete(SeenRequest request, string oid)
    {
        using var list = JsonDocument.Parse(request.Body);
        using var whole = new MemoryStream();
        foreach (var part in list.RootElement.GetProperty("parts").EnumerateArray())
        {
            if (
                !Parts.TryGetValue($"/part/{oid}/{part.GetProperty("partNumber").GetInt32()}", out var bytes)
                || part.GetProperty("etag").GetString() != $"\"{Hex(bytes)[..32]}\""
            )
            {
                return new Refusal(400, null, "A part is not there.");
            }

            whole.Write(bytes);
        }

        if (Hex(whole.ToArray()) != oid)
        {
            return new Refusal(400, null, "The parts are not the whole.");
        }

        Objects[oid] = whole.ToArray();
        return Results.Json(new { });
    }

    private sealed class Acknowledged(string etag) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ETag = etag;
            return Task.CompletedTask;
        }
    }
}
