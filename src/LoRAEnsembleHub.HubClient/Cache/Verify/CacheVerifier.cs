namespace LoRAEnsembleHub.Hub;

/// <summary>Reads every content of a cache once and compares its hash with what it should be. Needs no network.</summary>
internal sealed class CacheVerifier
{
    private readonly CacheReader reader;
    private readonly ContentRepair repair;

    public CacheVerifier(CacheLayout layout, FileLocker locker)
    {
        reader = new(layout);
        repair = new(layout, locker);
    }

    /// <summary>Checks what the options name.</summary>
    public async Task<VerifyReport> RunAsync(
        CacheScan scan,
        VerifyOptions options,
        IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var plans =
            new List<(CachedRepo Repo, Dictionary<string, IReadOnlyList<RepoFile>> Trees, IReadOnlyList<ContentToCheck> Contents)>();
        var unread = scan.Warnings.Select(warning => RepoScanner.ContentsOnly(warning.Path)).OfType<CachedRepo>();
        foreach (var repo in scan.Repos.Concat(unread).Where(repo => options.Repo is null || repo.Id == options.Repo))
        {
            var trees = await ReadTreesAsync(repo, cancellationToken).ConfigureAwait(false);
            plans.Add((repo, trees, RepoContents.Collect(repo, trees, options.Commit)));
        }

        var total = plans.Sum(plan => plan.Contents.Where(content => content.Expected.Count > 0).Sum(content => content.Size));
        var repos = new List<VerifiedRepo>();
        foreach (var (repo, trees, contents) in plans)
        {
            var before = repos.Sum(done => done.CheckedBytes);
            var bytes = new Progress(progress, repo.Id, before, total);
            repos.Add(await CheckAsync(repo, trees, contents, options, bytes, cancellationToken).ConfigureAwait(false));
        }

        return new()
        {
            Repos = repos,
            Warnings = options.Repo is null ? scan.Warnings : [.. scan.Warnings.Where(warning => IsOf(warning, options.Repo))],
        };
    }

    private bool IsOf(CacheWarning warning, RepoId repo) => warning.Path == reader.Layout.Repo(repo);

    private async Task<Dictionary<string, IReadOnlyList<RepoFile>>> ReadTreesAsync(CachedRepo repo, CancellationToken cancellationToken)
    {
        var trees = new Dictionary<string, IReadOnlyList<RepoFile>>(StringComparer.Ordinal);
        foreach (var revision in repo.Revisions)
        {
            if (
                CommitHash.TryParse(revision.Commit, out var commit)
                && await reader.ReadTreeAsync(repo.Id, commit, cancellationToken).ConfigureAwait(false) is { } tree
            )
            {
                trees.Add(revision.Commit, tree);
            }
        }

        return trees;
    }

    private async Task<VerifiedRepo> CheckAsync(
        CachedRepo repo,
        Dictionary<string, IReadOnlyList<RepoFile>> trees,
        IReadOnlyList<ContentToCheck> contents,
        VerifyOptions options,
        Progress progress,
        CancellationToken cancellationToken
    )
    {
        var mismatches = new List<ContentMismatch>();
        var (files, bytes) = (0, 0L);
        foreach (var content in contents.Where(content => content.Expected.Count > 0))
        {
            foreach (var expected in content.Expected)
            {
                var (actual, size) = await ContentHasher.HashFileAsync(content.Path, expected, cancellationToken).ConfigureAwait(false);
                if (actual != expected)
                {
                    var mismatch = Mismatch(content, expected, actual, size);
                    mismatches.Add(
                        options.Repair
                            ? await repair.RunAsync(repo, mismatch, options.Fetch, cancellationToken).ConfigureAwait(false)
                            : mismatch
                    );
                    break;
                }
            }

            files++;
            bytes += content.Size;
            progress.Report(bytes);
        }

        return new()
        {
            Id = repo.Id,
            CheckedFiles = files,
            CheckedBytes = bytes,
            Mismatches = mismatches,
            Revisions =
            [
                .. repo
                    .Revisions.Where(revision =>
                        trees.ContainsKey(revision.Commit) && (options.Commit is null || revision.Commit == options.Commit.Hex)
                    )
                    .Select(revision => Compare(revision, trees[revision.Commit])),
            ],
            Unverifiable = [.. contents.Where(content => content.Expected.Count == 0).Select(content => content.Path)],
        };
    }

    private static ContentMismatch Mismatch(ContentToCheck content, ContentHash expected, ContentHash actual, long size) =>
        new()
        {
            Path = content.Path,
            Expected = expected,
            Actual = actual,
            Size = size,
            Uses = content.Uses,
        };

    private static VerifiedRevision Compare(CachedRevision revision, IReadOnlyList<RepoFile> tree)
    {
        var here = revision.Files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        return new()
        {
            Commit = CommitHash.Parse(revision.Commit),
            Missing = [.. tree.Where(file => !here.Contains(file.Path))],
            Extra = [.. here.Except(tree.Select(file => file.Path)).Order(CodePointOrder.Instance)],
        };
    }

    private sealed class Progress(IProgress<VerifyProgress>? target, RepoId repo, long before, long total)
    {
        public void Report(long bytes) => target?.Report(new(repo, before + bytes, total));
    }
}
