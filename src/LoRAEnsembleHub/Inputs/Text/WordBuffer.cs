using System.Text;

namespace LoRAEnsembleHub.Inputs;

/// <summary>A word while it is read; of one that is too long only the start is kept.</summary>
/// <param name="longest">Code points that are kept; 1 or more.</param>
internal sealed class WordBuffer(int longest)
{
    private char[] kept = new char[64];
    private int length;
    private int points;

    public bool IsEmpty => points == 0;

    public bool IsTooLong => points > longest;

    public ReadOnlySpan<char> Kept => kept.AsSpan(0, length);

    public void Add(int point)
    {
        if (points < longest)
        {
            if (length + 2 > kept.Length)
            {
                Array.Resize(ref kept, 2 * kept.Length);
            }

            length += new Rune(point).EncodeToUtf16(kept.AsSpan(length));
        }

        points = Math.Min(points, longest) + 1;
    }

    public void Clear() => (length, points) = (0, 0);
}
