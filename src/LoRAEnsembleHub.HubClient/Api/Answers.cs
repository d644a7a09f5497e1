using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRAEnsembleHub.Hub;

/// <summary>What a hub sends and takes as JSON, field for field; nothing in it is checked yet.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(RevisionAnswer))]
[JsonSerializable(typeof(RepoAnswer))]
[JsonSerializable(typeof(RepoAnswer[]))]
[JsonSerializable(typeof(TreeEntryAnswer[]))]
[JsonSerializable(typeof(RefsAnswer))]
[JsonSerializable(typeof(WhoAmIAnswer))]
[JsonSerializable(typeof(CreateRepoQuestion))]
[JsonSerializable(typeof(DeleteRepoQuestion))]
[JsonSerializable(typeof(BranchQuestion))]
[JsonSerializable(typeof(TagQuestion))]
internal sealed partial class HubJsonContext : JsonSerializerContext;

/// <summary>Of <c>GET /api/…/revision/…</c>, what a pull needs.</summary>
internal sealed record RevisionAnswer(string? Sha);

/// <summary>Of <c>GET /api/…</c>: a repository.</summary>
internal sealed record RepoAnswer
{
    public string? Id { get; init; }

    public string? Sha { get; init; }

    public string? Author { get; init; }

    public string? CreatedAt { get; init; }

    public string? LastModified { get; init; }

    public bool? Private { get; init; }

    public bool? Disabled { get; init; }

    /// <summary>False, or a word.</summary>
    public JsonElement? Gated { get; init; }

    public long? Downloads { get; init; }

    public long? Likes { get; init; }

    public string[]? Tags { get; init; }

    [JsonPropertyName("pipeline_tag")]
    public string? PipelineTag { get; init; }

    [JsonPropertyName("library_name")]
    public string? LibraryName { get; init; }

    public JsonElement? CardData { get; init; }

    public JsonElement? Config { get; init; }
}

/// <summary>Of <c>GET /api/…/tree/…</c> and <c>POST /api/…/paths-info/…</c>: a file or folder.</summary>
internal sealed record TreeEntryAnswer(string? Type, string? Oid, long? Size, string? Path, LfsAnswer? Lfs);

/// <summary>What is kept outside git.</summary>
internal sealed record LfsAnswer(string? Oid, long? Size);

/// <summary>Of <c>GET /api/…/refs</c>.</summary>
internal sealed record RefsAnswer(RefAnswer[]? Branches, RefAnswer[]? Tags, RefAnswer[]? PullRequests);

/// <summary>A branch, tag or pull request.</summary>
internal sealed record RefAnswer(string? Name, string? Ref, string? TargetCommit);

/// <summary>Of <c>GET /api/whoami-v2</c>.</summary>
internal sealed record WhoAmIAnswer(string? Name, string? Fullname, OrganisationAnswer[]? Orgs, AuthAnswer? Auth);

/// <summary>An organisation of the user.</summary>
internal sealed record OrganisationAnswer(string? Name);

/// <summary>How the user came in.</summary>
internal sealed record AuthAnswer(AccessTokenAnswer? AccessToken);

/// <summary>The token that was used.</summary>
internal sealed record AccessTokenAnswer(string? DisplayName, string? Role);

/// <summary>To <c>POST /api/repos/create</c>.</summary>
internal sealed record CreateRepoQuestion(string Name, string? Organization, string? Type, string Visibility);

/// <summary>To <c>DELETE /api/repos/delete</c>.</summary>
internal sealed record DeleteRepoQuestion(string Name, string? Organization, string Type);

/// <summary>To <c>POST /api/…/branch/…</c>.</summary>
internal sealed record BranchQuestion(string? StartingPoint);

/// <summary>To <c>POST /api/…/tag/…</c>.</summary>
internal sealed record TagQuestion(string Tag, string? Message);
