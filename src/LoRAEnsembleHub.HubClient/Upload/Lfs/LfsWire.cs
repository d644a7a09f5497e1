using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Hub;

/// <summary>Asks where large files go.</summary>
/// <remarks>The batch API of Git LFS with the Hub's own transfer <c>multipart</c>.</remarks>
internal sealed record LfsBatchRequest
{
    public string Operation { get; init; } = "upload";

    public IReadOnlyList<string> Transfers { get; init; } = ["basic", "multipart"];

    public required IReadOnlyList<LfsObject> Objects { get; init; }

    [JsonPropertyName("hash_algo")]
    public string HashAlgorithm { get; init; } = "sha256";

    /// <summary>The branch; absent for pull requests.</summary>
    public LfsRef? Ref { get; init; }
}

/// <summary>A large file, by content.</summary>
/// <param name="Oid">SHA-256, 64 digits.</param>
/// <param name="Size">Length in bytes.</param>
internal sealed record LfsObject(string Oid, long Size);

/// <summary>A branch.</summary>
/// <param name="Name">Its name.</param>
internal sealed record LfsRef(string Name);

/// <summary>Where large files go.</summary>
internal sealed record LfsBatchAnswer
{
    /// <summary><c>basic</c> if absent.</summary>
    public string? Transfer { get; init; }

    public IReadOnlyList<LfsObjectAnswer>? Objects { get; init; }
}

/// <summary>Where one large file goes; without actions it is stored already.</summary>
internal sealed record LfsObjectAnswer
{
    public string? Oid { get; init; }

    public LfsActions? Actions { get; init; }

    public LfsProblem? Error { get; init; }
}

/// <summary>What to do to store an object.</summary>
internal sealed record LfsActions
{
    public LfsAction? Upload { get; init; }

    public LfsAction? Verify { get; init; }
}

/// <summary>An address to send to, and what goes with it.</summary>
internal sealed record LfsAction
{
    public string? Href { get; init; }

    /// <summary>For parts: <c>chunk_size</c> and numbered addresses. Others are not sent on, as by huggingface_hub: the address is signed.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Header { get; init; }
}

/// <summary>Why an object is refused.</summary>
internal sealed record LfsProblem
{
    public int Code { get; init; }

    public string? Message { get; init; }
}

/// <summary>Says that all parts of an object are there.</summary>
internal sealed record LfsCompletion
{
    public required string Oid { get; init; }

    public required IReadOnlyList<LfsCompletedPart> Parts { get; init; }
}

/// <summary>A part that the store acknowledged.</summary>
/// <param name="PartNumber">From 1.</param>
/// <param name="Etag">As the store sent it, quotes included.</param>
internal sealed record LfsCompletedPart(int PartNumber, string Etag);
