using System.Buffers;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Finds special tokens in texts: the first one, and of those that begin there the longest.</summary>
internal sealed class AddedTokens
{
    private readonly AddedToken[] longestFirst;
    private readonly SearchValues<string> contents;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        longestFirst = [.. tokens.OrderByDescending(token => token.Content.Length)];
        contents = SearchValues.Create([.. longestFirst.Select(token => token.Content)], StringComparison.Ordinal);
    }

    /// <summary>The next token in a text and the place where it begins, or null if the text has none.</summary>
    public AddedToken? Next(ReadOnlySpan<char> text, out int at)
    {
        at = text.IndexOfAny(contents);
        if (at >= 0)
        {
            foreach (var token in longestFirst)
            {
                if (text[at..].StartsWith(token.Content, StringComparison.Ordinal))
                {
                    return token;
                }
            }
        }

        return null;
    }
}
