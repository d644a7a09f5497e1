using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs.Text;

/// <summary>Keeps the words of a text.</summary>
internal sealed class WordSink : IWordSink
{
    public List<string> Found { get; } = [];

    public List<bool> TooLong { get; } = [];

    public int Wanted { get; init; } = int.MaxValue;

    public bool Take(ReadOnlySpan<char> word, bool isTooLong)
    {
        Found.Add(word.ToString());
        TooLong.Add(isTooLong);
        return Found.Count < Wanted;
    }

    public static IReadOnlyList<string> Words(string text, WordRules rules)
    {
        var sink = new WordSink();
        new WordSplitter(rules, int.MaxValue, sink).Split(text);
        return sink.Found;
    }
}
