using System.Text;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Cuts texts into BERT's words: cleaned, without accents, in lower case, parted at white space and punctuation.</summary>
/// <remarks>
/// <para>
/// Word for word equal to BertNormalizer and BertPreTokenizer of Hugging Face's tokenizers 0.23. They pass over the text seven times; here
/// it is read once, a code point at a time, in no more memory than the longest word that is kept, and no further than words are wanted.
/// </para>
/// <para>
/// Some of what they do is neither what Unicode nor what the original in Python does, and is kept, because ids would differ without it:
/// categories are those of an older Unicode, unassigned code points stay, and Chinese characters leave out U+2B820 to U+2B91F.
/// </para>
/// <para>A lone surrogate, which a .NET string can hold and theirs cannot, counts as U+FFFD; so it is dropped where texts are cleaned.</para>
/// </remarks>
/// <param name="rules">What is done to the text.</param>
/// <param name="longest">Code points of the longest word that is handed on whole; 1 or more.</param>
/// <param name="sink">Takes the words.</param>
internal sealed class WordSplitter(WordRules rules, int longest, IWordSink sink)
{
    private readonly UnicodeTable table = UnicodeTable.Default;
    private readonly bool isStripping = rules.IsStripping;
    private readonly WordBuffer word = new(longest);
    private readonly MarkOrder marks = new();
    private bool isWanted;

    /// <summary>Hands on the words of a text in turn.</summary>
    /// <param name="text">Any UTF-16.</param>
    /// <returns>False if the sink wanted no more, so that the rest of the text was not read.</returns>
    public bool Split(ReadOnlySpan<char> text)
    {
        isWanted = true;
        while (!text.IsEmpty && isWanted)
        {
            Rune.DecodeFromUtf16(text, out var rune, out var length);
            text = text[length..];
            Clean(rune.Value);
        }

        EndWord();
        return isWanted;
    }

    private void Clean(int point)
    {
        var traits = table.Traits(point);
        var isLineOrTab = point is '\t' or '\n' or '\r';
        if (rules.CleanText && !isLineOrTab && ((traits & UnicodeTraits.Other) != 0 || point == Rune.ReplacementChar.Value))
        {
            return;
        }

        if (rules.HandleChineseChars && IsChinese(point))
        {
            EndWord();
            Decompose(point, traits);
            EndWord();
        }
        else
        {
            Decompose(point, traits);
        }
    }

    private void Decompose(int point, UnicodeTraits traits)
    {
        if (!isStripping)
        {
            Lower(point, traits);
        }
        else if ((traits & UnicodeTraits.Decomposes) == 0)
        {
            Strip(point, traits);
        }
        else
        {
            Span<int> three = stackalloc int[3];
            foreach (var part in table.Decomposed(point, three))
            {
                Strip(part, table.Traits(part));
            }
        }
    }

    // Nearly all that has a combining class is dropped here; what is left waits until the next character starts.
    private void Strip(int point, UnicodeTraits traits)
    {
        var combiningClass = table.CombiningClass(point);
        if (combiningClass == 0)
        {
            PutMarks();
        }

        if ((traits & UnicodeTraits.NonspacingMark) != 0)
        {
            return;
        }

        if (combiningClass == 0)
        {
            Lower(point, traits);
        }
        else
        {
            marks.Add(point, combiningClass);
        }
    }

    private void PutMarks()
    {
        if (marks.Count > 0)
        {
            marks.Sort();
            for (var place = 0; place < marks.Count; place++)
            {
                Lower(marks[place], table.Traits(marks[place]));
            }

            marks.Clear();
        }
    }

    private void Lower(int point, UnicodeTraits traits)
    {
        if (rules.Lowercase && (traits & UnicodeTraits.Lowers) != 0)
        {
            foreach (var lower in table.LowerCase(point))
            {
                Put(lower, table.Traits(lower));
            }
        }
        else
        {
            Put(point, traits);
        }
    }

    private void Put(int point, UnicodeTraits traits)
    {
        if ((traits & (UnicodeTraits.Space | UnicodeTraits.Punctuation)) == 0)
        {
            word.Add(point);
            return;
        }

        HandOn();
        if ((traits & UnicodeTraits.Space) == 0)
        {
            word.Add(point);
            HandOn();
        }
    }

    private void EndWord()
    {
        PutMarks();
        HandOn();
    }

    private void HandOn()
    {
        if (isWanted && !word.IsEmpty)
        {
            isWanted = sink.Take(word.Kept, word.IsTooLong);
        }

        word.Clear();
    }

    private static bool IsChinese(int point) =>
        point
            is (>= 0x4E00 and <= 0x9FFF)
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x20000 and <= 0x2A6DF)
                or (>= 0x2A700 and <= 0x2B73F)
                or (>= 0x2B740 and <= 0x2B81F)
                or (>= 0x2B920 and <= 0x2CEAF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x2F800 and <= 0x2FA1F);
}
