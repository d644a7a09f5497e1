using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What was pulled.</summary>
internal sealed record PullResult : ICommandResult
{
    public required string RepoId { get; init; }

    public required RepoType RepoType { get; init; }

    public required string Revision { get; init; }

    public required string Commit { get; init; }

    /// <summary>Where the files are.</summary>
    public required string Folder { get; init; }

    public required IReadOnlyList<PulledFile> Files { get; init; }

    /// <summary>Bytes that came over the network.</summary>
    public required long FetchedBytes { get; init; }

    /// <summary>Whether all files that were asked for are known to be there.</summary>
    public required bool IsKnownComplete { get; init; }

    /// <summary>Why the hub was not asked; null if it was.</summary>
    public required string? Outage { get; init; }

    /// <summary>The base of the ensemble; null if there is none or it was left out.</summary>
    public PullResult? Base { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsStrict { get; init; }

    /// <summary>Whether other verbs find it by its id: the branch main in the cache that is used when nothing else is said.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsFoundById { get; init; }

    public static PullResult Of(Snapshot snapshot) =>
        new()
        {
            RepoId = snapshot.Repo.FullName,
            RepoType = snapshot.Repo.Type,
            Revision = snapshot.Revision.Name,
            Commit = snapshot.Commit.Hex,
            Folder = snapshot.Folder,
            Files = snapshot.Files,
            FetchedBytes = snapshot.FetchedBytes,
            IsKnownComplete = snapshot.IsKnownComplete,
            Outage = snapshot.Outage?.Message,
        };

    public IEnumerable<Block> ToBlocks()
    {
        foreach (var (pulled, what) in new[] { (this, "repository"), (Base, "base") })
        {
            if (pulled is null)
            {
                continue;
            }

            yield return new Paragraph($"Pulled {pulled.RepoId} at {pulled.Commit[..12]} ({what})", Tone.Heading);
            yield return new Facts([
                ("folder", pulled.Folder),
                (
                    "files",
                    $"{pulled.Files.Count}, {Figures.Bytes(pulled.Files.Sum(file => file.Size))}, every hash verified when it was fetched"
                ),
                ("fetched", $"{pulled.Files.Count(file => file.WasFetched)} files, {Figures.Bytes(pulled.FetchedBytes)}"),
            ]);
            if (pulled.Outage is { } outage)
            {
                yield return new Paragraph($"The hub was not asked, so this may be out of date: {outage}", Tone.Bad);
            }

            if (!pulled.IsKnownComplete)
            {
                yield return new Paragraph("Another tool left this without a listing: whether all files are here is not known.", Tone.Bad);
            }
        }

        if (Base is not null)
        {
            var place = IsFoundById ? $"--ensemble {RepoId}" : $"--base {Quoted(Base.Folder)} --ensemble {Quoted(Folder)}";
            yield return new Paragraph($"\nUse it: lorae-hub predict {place} IMAGE…");
        }
    }

    /// <summary>The one path that a script goes on with: the file that was asked for, else the folder.</summary>
    public IEnumerable<string> ToQuietLines() => [Files.Count == 1 ? Files[0].LocalPath : Folder];

    public ExitCode ToExitCode() => IsStrict && !(IsCertain(this) && (Base is null || IsCertain(Base))) ? ExitCode.Failed : ExitCode.Done;

    private static bool IsCertain(PullResult pulled) => pulled.IsKnownComplete && pulled.Outage is null;

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
