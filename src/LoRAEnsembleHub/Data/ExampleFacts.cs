using System.Collections.Concurrent;

namespace LoRAEnsembleHub.Data;

/// <summary>What had to be done to examples so that a model can take them, gathered while they are prepared; safe for several threads.</summary>
/// <param name="many">What examples are called: <c>sounds</c>.</param>
internal sealed class ExampleFacts(string many)
{
    private readonly ConcurrentDictionary<int, (string Source, IReadOnlyList<string> Facts)> known = new();

    /// <summary>Notes the facts of one example, each once however often it is prepared.</summary>
    internal void Note(int index, string source, IReadOnlyList<string> facts)
    {
        if (facts.Count > 0)
        {
            known[index] = (source, facts);
        }
    }

    /// <summary>The facts of one example; none where nothing had to be done, or it was not prepared yet.</summary>
    internal IReadOnlyList<string> Of(int index) => known.TryGetValue(index, out var found) ? found.Facts : [];

    /// <summary>One sentence for each fact, with how many examples it is true of, in the order of the examples.</summary>
    internal IReadOnlyList<string> ToRemarks() =>
        [
            .. known
                .OrderBy(pair => pair.Key)
                .SelectMany(pair => pair.Value.Facts.Select(fact => (fact, pair.Value.Source)))
                .GroupBy(pair => pair.fact, pair => pair.Source)
                .Select(group =>
                    group.Count() == 1
                        ? $"{group.First()}: {group.Key}."
                        : $"{group.Count()} {many}, the first {group.First()}: {group.Key}."
                ),
        ];
}
