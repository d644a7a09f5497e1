using System.Security.Cryptography;
using System.Text;
using LoRAEnsembleHub.Hub;
using Microsoft.AspNetCore.Http;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

/// <summary>One state of the repository of a <see cref="PushHub"/>.</summary>
internal sealed record HubCommit(string Title, IReadOnlyDictionary<string, Stored> Files)
{
    private static int number;

    public CommitHash Id { get; } =
        CommitHash.Parse(Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(Interlocked.Increment(ref number))))[..40]);

    /// <summary>The names of all files, in order.</summary>
    public string[] Names => [.. Files.Keys.Order(StringComparer.Ordinal)];

    public string Text(string path) => Encoding.UTF8.GetString(Files[path].Bytes);
}

/// <summary>A file of a <see cref="PushHub"/>.</summary>
internal sealed record Stored(byte[] Bytes, bool IsLarge)
{
    public static Stored Text(string text) => new(Encoding.UTF8.GetBytes(text), false);

    /// <summary>SHA-256 for a large file, git's hash otherwise.</summary>
    public string Oid
    {
        get
        {
            using var hasher = IsLarge ? ContentHasher.Sha256() : ContentHasher.GitBlob(Bytes.Length);
            hasher.Append(Bytes);
            return hasher.Finish().Hex;
        }
    }
}

/// <summary>What a <see cref="PushHub"/> was asked.</summary>
internal sealed record SeenRequest(string Method, string Path, string Query, byte[] Body)
{
    public required string? Authorization { get; init; }

    public required string? ContentType { get; init; }

    public required long? ContentLength { get; init; }

    /// <summary>Whether the body arrived to its end.</summary>
    public bool IsComplete { get; init; } = true;

    public string Text => Encoding.UTF8.GetString(Body);

    public static SeenRequest Of(HttpContext context, byte[] body) =>
        new(context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.Value!, body)
        {
            Authorization = context.Request.Headers.Authorization.FirstOrDefault(),
            ContentType = context.Request.ContentType,
            ContentLength = context.Request.ContentLength,
        };
}

/// <summary>An answer that says no, in the way of hubs.</summary>
internal sealed class Refusal(int status, string? code, string message) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.Headers["X-Error-Message"] = message;
        if (code is not null)
        {
            httpContext.Response.Headers["X-Error-Code"] = code;
        }

        return httpContext.Response.WriteAsJsonAsync(new { error = message });
    }
}
