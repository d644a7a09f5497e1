using System.Collections.Concurrent;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Finds out what a repository's files say about it, once for each state of its files.</summary>
internal sealed class FactReader
{
    private const int Remembered = 4_096;

    private readonly ConcurrentDictionary<(RepoType Type, string Tree), RepoFacts> known = new();

    public async Task<RepoFacts> ReadAsync(RepoView view, CancellationToken cancellationToken)
    {
        var key = (view.Repo.Id.Type, view.Tree.Oid);
        if (known.TryGetValue(key, out var facts))
        {
            return facts;
        }

        facts = await FindAsync(view, cancellationToken).ConfigureAwait(false);
        if (known.Count >= Remembered)
        {
            known.Clear(); // Simpler than to forget the oldest, and all of it can be found again.
        }

        known[key] = facts;
        return facts;
    }

    private static Task<RepoFacts> FindAsync(RepoView view, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var hasSafetensors = view.Tree.Files.Any(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal));
        return Task.FromResult(new RepoFacts { Tags = hasSafetensors ? ["safetensors"] : [] });
    }
}
