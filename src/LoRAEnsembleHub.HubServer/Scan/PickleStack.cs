namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>What the stack and the memo of Python's unpickler would hold, as far as texts are concerned.</summary>
/// <remarks>
/// Only texts are followed, because only they can become imports; everything else is null. Taking from an empty stack gives null: Python would
/// stop there, and going on sees more than Python would, never less.
/// </remarks>
internal sealed class PickleStack
{
    // Told apart by reference, so no text of a file can be taken for it.
    private static readonly string mark = new('(', 1);

    private readonly List<string?> slots = [];
    private readonly Dictionary<ulong, string?> memo = [];

    /// <summary>How much is held: slots and numbers of the memo.</summary>
    public int Size => slots.Count + memo.Count;

    private string? Top => slots.Count > 0 ? slots[^1] : null;

    public void Push(string? text) => slots.Add(text);

    public void PushMark() => slots.Add(mark);

    public string? Pop()
    {
        if (slots.Count == 0)
        {
            return null;
        }

        var top = slots[^1];
        slots.RemoveAt(slots.Count - 1);
        return ReferenceEquals(top, mark) ? null : top;
    }

    public void Pop(int count)
    {
        for (var at = 0; at < count; at++)
        {
            Pop();
        }
    }

    public void PopToMark()
    {
        while (slots.Count > 0)
        {
            var top = slots[^1];
            slots.RemoveAt(slots.Count - 1);
            if (ReferenceEquals(top, mark))
            {
                return;
            }
        }
    }

    public void Duplicate() => slots.Add(Top);

    /// <summary>Remembers the top under a number.</summary>
    public void Remember(ulong index) => memo[index] = ReferenceEquals(Top, mark) ? null : Top;

    /// <summary>Remembers the top under the next number, as protocol 4 does: the count of numbers in use.</summary>
    public void Remember() => Remember((ulong)memo.Count);

    public void Recall(ulong index) => slots.Add(memo.GetValueOrDefault(index));
}
