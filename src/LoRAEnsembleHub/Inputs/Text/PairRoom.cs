namespace LoRAEnsembleHub.Inputs;

/// <summary>Shares out the room for tokens between two texts.</summary>
internal static class PairRoom
{
    /// <summary>How many tokens of each text are kept.</summary>
    /// <param name="first">Tokens of the first text.</param>
    /// <param name="second">Tokens of the second text.</param>
    /// <param name="room">Tokens that there is room for; 0 or more.</param>
    /// <remarks>
    /// The strategy longest_first of Hugging Face's tokenizers: a text that fits in half of the room stays whole; if neither does, each gets
    /// half, and an odd token goes to the longer one, or to the second if both are equally long.
    /// </remarks>
    public static (int First, int Second) Share(int first, int second, int room)
    {
        if ((long)first + second <= room)
        {
            return (first, second);
        }

        var shorter = Math.Min(first, second);
        var kept = Math.Min(shorter, room / 2);
        return first > second ? (room - kept, kept) : (kept, room - kept);
    }
}
