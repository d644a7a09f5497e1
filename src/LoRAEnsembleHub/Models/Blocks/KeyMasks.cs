using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models.Blocks;

/// <summary>Draws which keys every pass leaves out of the attention of every example.</summary>
/// <remarks>
/// Whether a key is dropped is a function of seed, block, pass, example, head, query and key alone, so neither the batch nor the chunk that
/// an example is computed in, nor what fills up a text, changes its masks. A query that would see no key that counts is drawn again: the
/// masks are those of independent draws under the condition that every query sees something.
/// </remarks>
/// <param name="Settings">Probability and seed.</param>
/// <param name="Examples">A number for each example of the batch.</param>
/// <param name="Counts">Per example which keys count, or null when all do.</param>
internal sealed record KeyMasks(KeyDropout Settings, IReadOnlyList<long> Examples, IReadOnlyList<bool[]>? Counts)
{
    /// <summary>The number of the first pass.</summary>
    public int First { get; init; }

    /// <summary>Passes computed together.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>Draws the masks of one block.</summary>
    /// <param name="layer">Which block.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="kept">Queries, from the front.</param>
    /// <param name="tokens">Keys.</param>
    /// <param name="dtype">Element type of the scores.</param>
    /// <param name="device">Where the scores are.</param>
    /// <returns>0, or −∞ where a key is dropped: [members·batch, heads, kept, tokens], in the caller's scope.</returns>
    public Tensor Draw(int layer, long heads, long kept, long tokens, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        var dropped = new bool[checked(Passes * Examples.Count * heads * kept * tokens)];
        var at = 0;
        Span<long> place = stackalloc long[6]; // block, pass, example, head, query, attempt
        place[0] = layer;
        for (var pass = First; pass < First + Passes; pass++)
        {
            place[1] = pass;
            for (var example = 0; example < Examples.Count; example++)
            {
                place[2] = Examples[example];
                for (var head = 0; head < heads; head++)
                {
                    place[3] = head;
                    for (var query = 0; query < kept; query++, at += (int)tokens)
                    {
                        place[4] = query;
                        DrawRow(dropped.AsSpan(at, (int)tokens), place, Counts?[example]);
                    }
                }
            }
        }

        long[] shape = [Passes * Examples.Count, heads, kept, tokens];
        var mask = tensor(dropped, shape, device: device);
        return zeros(shape, dtype, device).masked_fill_(mask, float.NegativeInfinity).MoveToOuterDisposeScope();
    }

    private void DrawRow(Span<bool> dropped, Span<long> place, bool[]? counts)
    {
        place[^1] = 0;
        for (var left = false; !left; place[^1]++)
        {
            var random = new SeededRandom(Settings.Seed, place);
            for (var key = 0; key < dropped.Length; key++)
            {
                dropped[key] = random.NextDouble() < Settings.Probability;
                left |= !dropped[key] && (counts is null || counts[key]);
            }
        }
    }
}
