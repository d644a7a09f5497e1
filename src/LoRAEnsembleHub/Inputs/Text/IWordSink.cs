namespace LoRAEnsembleHub.Inputs;

/// <summary>Takes the words of a text one after the other.</summary>
internal interface IWordSink
{
    /// <summary>Takes a word.</summary>
    /// <param name="word">One code point or more; only the start of a word that is too long. Overwritten after the call.</param>
    /// <param name="isTooLong">Whether the word is longer than the longest that is handed on whole.</param>
    /// <returns>Whether another word is wanted.</returns>
    bool Take(ReadOnlySpan<char> word, bool isTooLong);
}
