namespace LoRAEnsembleHub.Inputs;

/// <summary>Cuts words into the longest pieces that a vocabulary has, from left to right.</summary>
/// <remarks>
/// <para>WordPiece as in BERT (Devlin et al. 2019) and Hugging Face's tokenizers; lengths are counted in code points, as there.</para>
/// <para>
/// Written here and not taken from Microsoft.ML.Tokenizers 2.0: that counts UTF-16 units, so that 60 emoji are too long a word; it reads no
/// tokenizer.json and refuses a vocab.txt with two lines alike; and it has neither pairs nor their truncation.
/// </para>
/// </remarks>
internal sealed class WordPieces
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> starts;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> rests; // without their prefix
    private readonly int longestStart;
    private readonly int longestRest;
    private readonly int unknown;

    /// <summary>Prepares a vocabulary.</summary>
    /// <param name="vocabulary">Its tokens.</param>
    /// <param name="prefix">What tokens begin with that continue a word.</param>
    /// <param name="unknown">The id of a word that cannot be cut.</param>
    public WordPieces(Vocabulary vocabulary, string prefix, int unknown)
    {
        var (whole, continued) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (token, id) in vocabulary.Ids)
        {
            whole.Add(token, id);
            longestStart = Math.Max(longestStart, token.Length);
            if (token.StartsWith(prefix, StringComparison.Ordinal))
            {
                continued.Add(token[prefix.Length..], id);
                longestRest = Math.Max(longestRest, token.Length - prefix.Length);
            }
        }

        this.unknown = unknown;
        (starts, rests) = (whole.GetAlternateLookup<ReadOnlySpan<char>>(), continued.GetAlternateLookup<ReadOnlySpan<char>>());
    }

    /// <summary>Appends the ids of a word's pieces, or of [UNK].</summary>
    /// <param name="word">One code point or more.</param>
    /// <param name="ids">Where they go.</param>
    /// <returns>Look-ups made: at most the word's length times that of the longest token.</returns>
    public int Append(ReadOnlySpan<char> word, List<int> ids)
    {
        var (before, start, lookups) = (ids.Count, 0, 0);
        while (start < word.Length)
        {
            var (pieces, longest) = start == 0 ? (starts, longestStart) : (rests, longestRest);
            var (length, id) = (Math.Min(longest, word.Length - start), 0);
            for (; length > 0; length--)
            {
                lookups++;
                if (pieces.TryGetValue(word.Slice(start, length), out id))
                {
                    break;
                }
            }

            if (length == 0)
            {
                ids.RemoveRange(before, ids.Count - before);
                ids.Add(unknown);
                return lookups;
            }

            ids.Add(id);
            start += length;
        }

        return lookups;
    }
}
