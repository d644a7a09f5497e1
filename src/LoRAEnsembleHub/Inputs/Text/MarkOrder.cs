namespace LoRAEnsembleHub.Inputs;

/// <summary>Marks that wait to be put into canonical order, because they follow one another without a character between them.</summary>
/// <remarks>The Unicode Standard, section 3.11: by combining class, and as they came within a class.</remarks>
internal sealed class MarkOrder
{
    private readonly List<long> waiting = []; // class, then place, then code point: sorts as it should

    public int Count => waiting.Count;

    public void Add(int point, int combiningClass) => waiting.Add(((long)combiningClass << 53) | ((long)waiting.Count << 21) | (uint)point);

    /// <summary>Puts them in order.</summary>
    public void Sort() => waiting.Sort();

    /// <summary>The code point in a place.</summary>
    public int this[int place] => (int)(waiting[place] & 0x1FFFFF);

    public void Clear() => waiting.Clear();
}
