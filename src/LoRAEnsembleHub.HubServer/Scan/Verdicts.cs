using System.Collections.Concurrent;

namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>The verdicts on files that were looked into, each content once for each name that it goes by.</summary>
internal sealed class Verdicts
{
    private const int Remembered = 16_384;

    private readonly ConcurrentDictionary<(ContentHash Content, string Path), ScanVerdict> known = new();

    /// <summary>Looks into a file, unless that was done before.</summary>
    /// <param name="file">The file.</param>
    /// <param name="locate">Gives a file on disk with its content.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<ScanVerdict> OfAsync(
        StoredFile file,
        Func<StoredFile, CancellationToken, Task<string>> locate,
        CancellationToken cancellationToken
    )
    {
        if (!FileScanner.LooksInto(file.Path))
        {
            return ScanVerdict.Unscanned;
        }

        if (known.TryGetValue((file.Hash, file.Path), out var verdict))
        {
            return verdict;
        }

        var place = await locate(file, cancellationToken).ConfigureAwait(false);
        verdict = await FileScanner.ScanAsync(file.Path, place, cancellationToken).ConfigureAwait(false);
        if (known.Count >= Remembered)
        {
            known.Clear(); // All of it can be found again.
        }

        known[(file.Hash, file.Path)] = verdict;
        return verdict;
    }

    /// <summary>Looks into a file of a commit; not into one of the hub above, which would have to be fetched for it.</summary>
    public Task<ScanVerdict> OfAsync(StoredFile file, RepoView view, CancellationToken cancellationToken) =>
        view.Repo is MirrorRepository ? Task.FromResult(ScanVerdict.Unscanned) : OfAsync(file, view.Repo.LocateAsync, cancellationToken);

    /// <summary>Looks into all files of a commit that are of a kind that is looked into.</summary>
    /// <param name="view">The commit.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyDictionary<string, ScanVerdict>> OfAllAsync(RepoView view, CancellationToken cancellationToken)
    {
        var verdicts = new Dictionary<string, ScanVerdict>(StringComparer.Ordinal);
        foreach (var file in view.Tree.Files.Where(file => FileScanner.LooksInto(file.Path)))
        {
            verdicts.Add(file.Path, await OfAsync(file, view, cancellationToken).ConfigureAwait(false));
        }

        return verdicts;
    }
}
