namespace LoRAEnsembleHub.Inputs;

/// <summary>Turns words into ids until there are enough.</summary>
/// <param name="pieces">Cuts the words.</param>
/// <param name="unknown">The id of a word that is too long.</param>
/// <param name="enough">The number of ids after which no other word is wanted.</param>
internal sealed class PieceSink(WordPieces pieces, int unknown, int enough) : IWordSink
{
    public List<int> Ids { get; } = [];

    public bool Take(ReadOnlySpan<char> word, bool isTooLong)
    {
        if (isTooLong)
        {
            Ids.Add(unknown);
        }
        else
        {
            pieces.Append(word, Ids);
        }

        return Ids.Count < enough;
    }
}
