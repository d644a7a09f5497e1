using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LoRAEnsembleHub.Hub;

/// <summary>How a store wants one object in parts.</summary>
/// <remarks>The Hub's LFS transfer <c>multipart</c>: the header of the upload action has <c>chunk_size</c> and numbered addresses.</remarks>
internal sealed record MultipartPlan
{
    private const string PartBytesKey = "chunk_size";

    /// <summary>Length of every part but the last, in bytes.</summary>
    public required long PartBytes { get; init; }

    /// <summary>Where each part goes, in order.</summary>
    public required IReadOnlyList<Uri> Parts { get; init; }

    /// <summary>Where to say that all are there.</summary>
    public required Uri Completion { get; init; }

    /// <summary>Names the upload: equal for two plans where parts sent by one are there for the other. 64 digits; tells nothing of signatures.</summary>
    public required string Session { get; init; }

    /// <returns>Whether an action asks for parts.</returns>
    public static bool IsAskedFor(LfsAction upload) => upload.Header?.ContainsKey(PartBytesKey) == true;

    /// <summary>Reads an action that asks for parts.</summary>
    /// <exception cref="HubException"><see cref="HubErrorKind.Metadata"/>: the parts do not add up to the file.</exception>
    public static MultipartPlan Read(LfsAction upload, PushFile file, StoreAddresses addresses)
    {
        var header = upload.Header!;
        var partBytes = Number(header[PartBytesKey]);
        if (partBytes is not > 0)
        {
            throw Bad(file, $"parts of '{HubText.Shown(header[PartBytesKey].ToString())}' bytes");
        }

        var parts = header
            .Where(entry => entry.Key.Length > 0 && entry.Key.All(char.IsAsciiDigit) && entry.Value.ValueKind == JsonValueKind.String)
            .OrderBy(entry => entry.Key.TrimStart('0').Length)
            .ThenBy(entry => entry.Key.TrimStart('0'), StringComparer.Ordinal)
            .Select(entry => addresses.Read(entry.Value.GetString()))
            .ToList();
        var needed = ((file.Size - 1) / partBytes.Value) + 1;
        if (parts.Count != needed)
        {
            throw Bad(file, $"{parts.Count} addresses for {needed} parts of {partBytes} bytes");
        }

        var completion = addresses.Read(upload.Href);
        return new()
        {
            PartBytes = partBytes.Value,
            Parts = parts,
            Completion = completion,
            Session = Name(parts.Prepend(completion)),
        };
    }

    /// <returns>Where a part begins and how long it is.</returns>
    /// <param name="index">Which, from 0.</param>
    /// <param name="size">The length of the whole.</param>
    public (long Offset, long Count) Range(int index, long size) => (index * PartBytes, Math.Min(PartBytes, size - (index * PartBytes)));

    private static long? Number(JsonElement value) =>
        long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Signatures and their dates differ every time an address is given out; whatever else an address says tells one upload from another.
    private static string Name(IEnumerable<Uri> addresses)
    {
        var lines = addresses.Select(address =>
            address.GetLeftPart(UriPartial.Path)
            + "?"
            + string.Join('&', address.Query.TrimStart('?').Split('&').Where(pair => !IsSignature(pair)))
        );
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    private static bool IsSignature(string pair)
    {
        var name = pair.Split('=')[0].ToLowerInvariant();
        return name.StartsWith("x-amz-", StringComparison.Ordinal)
            || name.StartsWith("x-goog-", StringComparison.Ordinal)
            || name is "signature" or "sig" or "expires" or "expiry" or "exp" or "policy" or "key-pair-id";
    }

    private static HubException Bad(PushFile file, string problem) =>
        new(
            HubErrorKind.Metadata,
            $"The hub wants '{HubText.Shown(file.Path)}' ({file.Size} bytes) in {problem}.",
            "This is a fault of the hub; nothing was committed. Tell whoever runs it."
        );
}
