using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving.Lfs;

/// <summary>What a signed address lets its holder do, once or several times, until it expires.</summary>
internal sealed record UploadGrant
{
    /// <summary>The method of the request.</summary>
    public required string Method { get; init; }

    /// <summary>The repository that the upload is for.</summary>
    public required RepoId Repo { get; init; }

    /// <summary>SHA-256 of the whole content.</summary>
    public required ContentHash Content { get; init; }

    /// <summary>Length of the whole content in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Length of all parts but the last; 0 where the content comes in one piece.</summary>
    public long PartBytes { get; init; }

    /// <summary>Which part, from 1; 0 for the whole.</summary>
    public int Part { get; init; }

    /// <summary>The second of Unix time after which nothing is allowed any more.</summary>
    public required long Expires { get; init; }

    /// <summary>How many parts there are.</summary>
    public int Parts => PartBytes == 0 ? 0 : checked((int)(((Size - 1) / PartBytes) + 1));

    /// <summary>Length of this part.</summary>
    public long BytesOfPart => Math.Min(PartBytes, Size - ((Part - 1) * PartBytes));

    /// <returns>All of it as one text, in which no two grants are alike.</returns>
    public string Text() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"lfs\n{Method}\n{Repo.Type.Plural()}/{Repo.FullName}\n{Content.Hex}\n{Size}\n{PartBytes}\n{Part}\n{Expires}"
        );
}
