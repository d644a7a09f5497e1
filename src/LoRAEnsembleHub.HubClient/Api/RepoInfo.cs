using System.Globalization;
using System.Text.Json;

namespace LoRAEnsembleHub.Hub;

/// <summary>What a hub says of one repository.</summary>
/// <remarks>Hugging Face Hub API; all but the id may be missing from an answer. Text is the hub's own and unchecked.</remarks>
public sealed record RepoInfo
{
    /// <summary>The repository.</summary>
    public required RepoId Id { get; init; }

    /// <summary>The commit that was asked about, or the default branch's; null if not said.</summary>
    public CommitHash? Commit { get; init; }

    /// <summary>The owner.</summary>
    public string? Author { get; init; }

    /// <summary>Whether only some may read it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether the hub has disabled it.</summary>
    public bool IsDisabled { get; init; }

    /// <summary><c>auto</c> or <c>manual</c> if access must be asked for; null otherwise.</summary>
    public string? Gated { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>How often it was downloaded, as the hub counts; 0 if not said.</summary>
    public long Downloads { get; init; }

    /// <summary>How many people like it; 0 if not said.</summary>
    public long Likes { get; init; }

    /// <summary>The tags of the model card and of the hub, such as <c>base_model:adapter:…</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The task, such as <c>image-classification</c>.</summary>
    public string? PipelineTag { get; init; }

    /// <summary>The library that loads it, such as <c>peft</c>.</summary>
    public string? LibraryName { get; init; }

    /// <summary>The head of the model card as JSON.</summary>
    public JsonElement? Card { get; init; }

    /// <summary>What the hub took from configuration files; for adapters <c>peft.base_model_name_or_path</c> and <c>peft.task_type</c>.</summary>
    public JsonElement? Config { get; init; }

    /// <returns>The checked answer; null if it names no repository.</returns>
    internal static RepoInfo? From(RepoAnswer answer, RepoType type) =>
        RepoId.TryParse(answer.Id, type, out var id)
            ? new()
            {
                Id = id,
                Commit = CommitHash.TryParse(answer.Sha, out var commit) ? commit : null,
                Author = answer.Author,
                IsPrivate = answer.Private ?? false,
                IsDisabled = answer.Disabled ?? false,
                Gated = answer.Gated is { ValueKind: JsonValueKind.String } gated ? gated.GetString() : null,
                CreatedAt = Time(answer.CreatedAt),
                LastModified = Time(answer.LastModified),
                Downloads = answer.Downloads ?? 0,
                Likes = answer.Likes ?? 0,
                Tags = answer.Tags ?? [],
                PipelineTag = answer.PipelineTag,
                LibraryName = answer.LibraryName,
                Card = answer.CardData,
                Config = answer.Config,
            }
            : null;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
