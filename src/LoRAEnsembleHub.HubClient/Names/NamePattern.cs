namespace LoRAEnsembleHub.Hub;

/// <summary>One shell pattern, compiled; see <see cref="FilePatterns"/> for what it means.</summary>
internal sealed class NamePattern
{
    private readonly string spelled;
    private readonly List<Token> tokens;

    public NamePattern(string text)
    {
        var pattern = text.Replace('\\', '/');
        spelled = pattern.EndsWith('/') ? pattern + "*" : pattern;
        tokens = Read([.. spelled.EnumerateRunes().Select(rune => rune.Value)]);
    }

    /// <summary>Whether the whole name fits. Time is at most the product of both lengths.</summary>
    public bool Fits(string name)
    {
        if (name == spelled)
        {
            return true;
        }

        int[] letters = [.. name.EnumerateRunes().Select(rune => rune.Value)];
        int at = 0,
            token = 0,
            star = -1,
            resume = 0;
        while (at < letters.Length)
        {
            if (token < tokens.Count && tokens[token].IsRun)
            {
                (star, resume) = (token++, at);
            }
            else if (token < tokens.Count && tokens[token].Takes(letters[at]))
            {
                token++;
                at++;
            }
            else if (star >= 0)
            {
                (token, at) = (star + 1, ++resume); // The last star takes one more letter.
            }
            else
            {
                return false;
            }
        }

        return tokens.Skip(token).All(rest => rest.IsRun);
    }

    private static List<Token> Read(int[] pattern)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '*':
                    tokens.Add(Token.Run);
                    break;
                case '?':
                    tokens.Add(Token.Any);
                    break;
                case '[' when SetEnd(pattern, at) is var end and > 0:
                    tokens.Add(Set(pattern.AsSpan(at + 1, end - at - 1)));
                    at = end;
                    break;
                default:
                    tokens.Add(new(false, [(pattern[at], pattern[at])]));
                    break;
            }
        }

        return tokens;
    }

    // A ']' right after the opening, or after its '!', belongs to the set; without an end the bracket is a letter.
    private static int SetEnd(int[] pattern, int open)
    {
        var first = open + 1;
        if (first < pattern.Length && pattern[first] == '!')
        {
            first++;
        }

        return first + 1 <= pattern.Length ? Array.IndexOf(pattern, ']', Math.Min(first + 1, pattern.Length)) : -1;
    }

    private static Token Set(ReadOnlySpan<int> inside)
    {
        var negated = inside[0] == '!';
        var letters = negated ? inside[1..] : inside;
        var ranges = new List<(int, int)>();
        for (var at = 0; at < letters.Length; at++)
        {
            if (at + 2 < letters.Length && letters[at + 1] == '-')
            {
                ranges.Add((letters[at], letters[at + 2])); // One whose ends are the wrong way round takes nothing.
                at += 2;
            }
            else
            {
                ranges.Add((letters[at], letters[at]));
            }
        }

        return new(negated, [.. ranges]);
    }

    private sealed record Token(bool Negated, (int First, int Last)[] Ranges, bool IsRun = false)
    {
        public static Token Run { get; } = new(false, [], true);

        public static Token Any { get; } = new(true, []);

        public bool Takes(int letter) => Array.Exists(Ranges, range => range.First <= letter && letter <= range.Last) != Negated;
    }
}
