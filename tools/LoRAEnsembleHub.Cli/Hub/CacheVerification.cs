using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>What checking the cache found.</summary>
internal sealed record CacheVerification : ICommandResult
{
    private readonly bool failsOnMissing;
    private readonly bool failsOnExtra;

    private CacheVerification(bool failsOnMissing, bool failsOnExtra) =>
        (this.failsOnMissing, this.failsOnExtra) = (failsOnMissing, failsOnExtra);

    public required string Folder { get; init; }

    /// <summary>Whether all bytes are those that were announced, or were made so.</summary>
    public required bool IsSound { get; init; }

    public required int CheckedFiles { get; init; }

    public required long CheckedBytes { get; init; }

    public required IReadOnlyList<VerifiedRepoFact> Repositories { get; init; }

    public required IReadOnlyList<CacheWarning> Warnings { get; init; }

    public static CacheVerification Of(VerifyReport report, string folder, bool failsOnMissing, bool failsOnExtra) =>
        new(failsOnMissing, failsOnExtra)
        {
            Folder = folder,
            IsSound = report.IsSound,
            CheckedFiles = report.CheckedFiles,
            CheckedBytes = report.CheckedBytes,
            Repositories = [.. report.Repos.Select(VerifiedRepoFact.Of)],
            Warnings = report.Warnings,
        };

    public IEnumerable<Block> ToBlocks()
    {
        foreach (var repo in Repositories)
        {
            foreach (var bad in repo.Mismatches)
            {
                yield return new Paragraph(
                    $"{bad.Path}: has the hash {bad.Actual}, should have {bad.Expected}"
                        + (bad.Uses.Count > 0 ? $"; it is {Figures.Listed(bad.Uses, 4)} of {repo.RepoId}" : "")
                        + (
                            bad.IsRepaired ? "; fetched again"
                            : bad.IsRemoved ? "; removed, the next pull fetches it"
                            : ""
                        )
                        + (bad.Failure is { } failure ? $"; {failure}" : ""),
                    bad.IsRepaired ? Tone.Good : Tone.Bad
                );
            }

            if (repo.Missing.Count > 0)
            {
                yield return new Paragraph(
                    $"{repo.RepoId} lacks {Figures.Listed(repo.Missing, 6)}",
                    failsOnMissing ? Tone.Bad : Tone.Plain
                );
            }

            if (repo.Extra.Count > 0)
            {
                yield return new Paragraph(
                    $"{repo.RepoId} has {Figures.Listed(repo.Extra, 6)}, which its commit has not",
                    failsOnExtra ? Tone.Bad : Tone.Plain
                );
            }

            if (repo.Unverifiable.Count > 0)
            {
                yield return new Paragraph($"{repo.RepoId}: nothing says the hash of {Figures.Listed(repo.Unverifiable, 6)}");
            }
        }

        foreach (var warning in Warnings)
        {
            yield return new Paragraph($"{warning.Path}: {warning.Problem} {warning.Hint}", Tone.Bad);
        }

        var wrong = Repositories.SelectMany(repo => repo.Mismatches).Count(bad => !bad.IsRepaired);
        yield return new Paragraph(
            $"{Figures.Count(CheckedFiles)} contents of {Repositories.Count} repositories, {Figures.Bytes(CheckedBytes)} read: "
                + (wrong == 0 ? "all hashes hold." : $"{wrong} wrong."),
            wrong == 0 ? Tone.Good : Tone.Bad
        );
    }

    public IEnumerable<string> ToQuietLines() => Repositories.SelectMany(repo => repo.Mismatches).Select(bad => bad.Path);

    public ExitCode ToExitCode() =>
        !IsSound ? ExitCode.Integrity
        : (failsOnMissing && Repositories.Any(repo => repo.Missing.Count > 0))
        || (failsOnExtra && Repositories.Any(repo => repo.Extra.Count > 0))
            ? ExitCode.Failed
        : ExitCode.Done;
}

/// <summary>What was found in one repository; files of snapshots as <c>COMMIT/NAME</c>.</summary>
internal sealed record VerifiedRepoFact
{
    public required string RepoId { get; init; }

    public required RepoType RepoType { get; init; }

    public required int CheckedFiles { get; init; }

    public required long CheckedBytes { get; init; }

    public required IReadOnlyList<MismatchFact> Mismatches { get; init; }

    public required IReadOnlyList<string> Missing { get; init; }

    public required IReadOnlyList<string> Extra { get; init; }

    public required IReadOnlyList<string> Unverifiable { get; init; }

    public static VerifiedRepoFact Of(VerifiedRepo repo) =>
        new()
        {
            RepoId = repo.Id.FullName,
            RepoType = repo.Id.Type,
            CheckedFiles = repo.CheckedFiles,
            CheckedBytes = repo.CheckedBytes,
            Mismatches =
            [
                .. repo.Mismatches.Select(bad => new MismatchFact(
                    bad.Path,
                    bad.Size,
                    bad.Expected.Hex,
                    bad.Actual.Hex,
                    [.. bad.Uses.Select(use => $"{use.Commit?.Hex ?? "?"}/{use.Name}")],
                    bad.IsRemoved,
                    bad.IsRepaired,
                    bad.Failure
                )),
            ],
            Missing = [.. repo.Revisions.SelectMany(revision => revision.Missing.Select(file => $"{revision.Commit}/{file.Path}"))],
            Extra = [.. repo.Revisions.SelectMany(revision => revision.Extra.Select(name => $"{revision.Commit}/{name}"))],
            Unverifiable = repo.Unverifiable,
        };
}

/// <summary>Bytes that are not what they should be.</summary>
internal sealed record MismatchFact(
    string Path,
    long Size,
    string Expected,
    string Actual,
    IReadOnlyList<string> Uses,
    bool IsRemoved,
    bool IsRepaired,
    string? Failure
);
