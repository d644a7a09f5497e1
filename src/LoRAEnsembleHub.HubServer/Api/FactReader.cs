using System.Collections.Concurrent;
using LoRAEnsembleHub.Hub.Serving.Cards;

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

        try
        {
            facts = await RepoFacts
                .ReadAsync(view.Repo.Id.Type, view.Tree.Files, view.Repo.LocateAsync, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RequestFault)
        {
            return RepoFacts.Nothing; // A served folder changes at this moment; the next request finds it settled.
        }

        if (known.Count >= Remembered)
        {
            known.Clear(); // Simpler than to forget the oldest, and all of it can be found again.
        }

        known[key] = facts;
        return facts;
    }
}
