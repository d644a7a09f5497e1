using System.Collections.Frozen;

namespace LoRAEnsembleHub.Inputs;

/// <summary>What BERT's tokenizer has to know about each code point.</summary>
/// <remarks>
/// The data are unicode.txt beside this file, read out of what Hugging Face's tokenizers itself reads. The runtime's own tables would give
/// other ids: they follow another version of Unicode, and with invariant globalization <see cref="string.Normalize()"/> does nothing.
/// </remarks>
internal sealed class UnicodeTable
{
    private const int BlockBits = 8;
    private const int CodePoints = 0x110000;

    // Hangul syllables are composed by arithmetic: The Unicode Standard, section 3.12.
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailFirst = 0x11A7;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<UnicodeTable> Shared = new(Read);

    private readonly byte[] traits;
    private readonly byte[] classes;
    private readonly int[] blocks; // where the block of a code point starts in both
    private readonly FrozenDictionary<int, int[]> decompositions;
    private readonly FrozenDictionary<int, int[]> lowerCase;

    private UnicodeTable(
        byte[] traits,
        byte[] classes,
        int[] blocks,
        FrozenDictionary<int, int[]> decompositions,
        FrozenDictionary<int, int[]> lowerCase
    ) =>
        (this.traits, this.classes, this.blocks, this.decompositions, this.lowerCase) = (
            traits,
            classes,
            blocks,
            decompositions,
            lowerCase
        );

    /// <summary>The table that ships with the library; read at its first use.</summary>
    public static UnicodeTable Default => Shared.Value;

    /// <summary>What holds for a code point.</summary>
    public UnicodeTraits Traits(int point) => (UnicodeTraits)traits[At(point)];

    /// <summary>The canonical combining class: 0 for what starts a character, higher for marks that are put in this order.</summary>
    public int CombiningClass(int point) => classes[At(point)];

    /// <summary>The full canonical decomposition of a code point that has one.</summary>
    /// <param name="point">A code point with <see cref="UnicodeTraits.Decomposes"/>.</param>
    /// <param name="three">Room for the three parts that a Hangul syllable has at most.</param>
    public ReadOnlySpan<int> Decomposed(int point, Span<int> three)
    {
        if (point is < HangulFirst or > HangulLast)
        {
            return decompositions[point];
        }

        var (pair, tail) = Math.DivRem(point - HangulFirst, Tails);
        (three[0], three[1], three[2]) = (LeadFirst + (pair / Vowels), VowelFirst + (pair % Vowels), TailFirst + tail);
        return three[..(tail == 0 ? 2 : 3)];
    }

    /// <summary>The lower case of a code point that has another one; without regard to what stands beside it.</summary>
    /// <param name="point">A code point with <see cref="UnicodeTraits.Lowers"/>.</param>
    public ReadOnlySpan<int> LowerCase(int point) => lowerCase[point];

    private int At(int point) => blocks[point >> BlockBits] + (point & ((1 << BlockBits) - 1));

    private static UnicodeTable Read()
    {
        var sections = UnicodeSections.Read();
        var (traits, classes) = (new byte[CodePoints], new byte[CodePoints]);
        Mark(traits, sections["other"], UnicodeTraits.Other);
        Mark(traits, sections["marks"], UnicodeTraits.NonspacingMark);
        Mark(traits, sections["punctuation"], UnicodeTraits.Punctuation);
        for (var point = 0; point <= char.MaxValue; point++)
        {
            traits[point] |= (byte)(char.IsWhiteSpace((char)point) ? UnicodeTraits.Space : UnicodeTraits.None);
        }

        foreach (var (first, last, _, value) in sections["classes"].Select(UnicodeSections.Entry))
        {
            classes.AsSpan(first, last - first + 1).Fill((byte)UnicodeSections.Number(value));
        }

        var decompositions = Mappings(traits, sections["decompositions"], UnicodeTraits.Decomposes);
        traits.AsSpan(HangulFirst, HangulLast - HangulFirst + 1).Fill((byte)UnicodeTraits.Decomposes);
        var lowerCase = Mappings(traits, sections["lower"], UnicodeTraits.Lowers);
        var (blocks, kept) = Folded(traits, classes);
        return new UnicodeTable(
            [.. kept.SelectMany(first => traits[first..(first + (1 << BlockBits))])],
            [.. kept.SelectMany(first => classes[first..(first + (1 << BlockBits))])],
            blocks,
            decompositions,
            lowerCase
        );
    }

    private static void Mark(byte[] traits, IReadOnlyList<string> entries, UnicodeTraits trait)
    {
        foreach (var (first, last, _, _) in entries.Select(UnicodeSections.Entry))
        {
            for (var point = first; point <= last; point++)
            {
                traits[point] |= (byte)trait;
            }
        }
    }

    private static FrozenDictionary<int, int[]> Mappings(byte[] traits, IReadOnlyList<string> entries, UnicodeTraits trait)
    {
        var found = new Dictionary<int, int[]>();
        foreach (var (first, last, step, value) in entries.Select(UnicodeSections.Entry))
        {
            for (var point = first; point <= last; point += step)
            {
                found.Add(
                    point,
                    value[0] is '+' or '-'
                        ? [point + (value[0] == '+' ? 1 : -1) * UnicodeSections.Number(value[1..])]
                        : [.. value.Split('+').Select(UnicodeSections.Number)]
                );
                traits[point] |= (byte)trait;
            }
        }

        return found.ToFrozenDictionary();
    }

    // Most blocks of 256 are alike; each kind is kept once.
    private static (int[] Blocks, List<int> Kept) Folded(byte[] traits, byte[] classes)
    {
        const int size = 1 << BlockBits;
        var (blocks, kept, known) = (new int[CodePoints / size], new List<int>(), new Dictionary<string, int>(StringComparer.Ordinal));
        for (var block = 0; block < blocks.Length; block++)
        {
            var key = Convert.ToHexString(traits, block * size, size) + Convert.ToHexString(classes, block * size, size);
            if (!known.TryGetValue(key, out blocks[block]))
            {
                blocks[block] = known[key] = kept.Count * size;
                kept.Add(block * size);
            }
        }

        return (blocks, kept);
    }
}
