using System.Text;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs.Text;

/// <summary>The files of a tokenizer, written for one test and removed after it.</summary>
internal sealed class TestTokenizer : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("tokenizer-").FullName;

    /// <summary>The folder of a golden tokenizer.</summary>
    public static string Golden(string kind) => Torch.Tests.Golden.PathOf("inputs", "text", kind);

    /// <summary>A tokenizer of a few tokens: lines of a vocab.txt behind the special ones.</summary>
    public static TestTokenizer Of(params string[] tokens)
    {
        var folder = new TestTokenizer();
        folder.Write("vocab.txt", string.Join('\n', [.. Special, .. tokens]) + "\n");
        folder.Write("tokenizer_config.json", """{"do_lower_case": true, "model_max_length": 16}""");
        return folder;
    }

    public static IReadOnlyList<string> Special { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    public void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(Folder, name), bytes);

    public void Copy(string name, string kind) => File.Copy(Path.Combine(Golden(kind), name), Path.Combine(Folder, name));

    /// <summary>Changes a golden file's text.</summary>
    public void CopyChanged(string name, string kind, string from, string to)
    {
        var text = File.ReadAllText(Path.Combine(Golden(kind), name));
        Assert.Contains(from, text, StringComparison.Ordinal);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Write(name, text[..at] + to + text[(at + from.Length)..]);
    }

    public TextTokenizer Load(int? modelVocabularySize = null) => TextTokenizer.Load(Folder, modelVocabularySize);

    /// <summary>The message with which the files are refused.</summary>
    public TextException Refusal(int? modelVocabularySize = null) => Assert.Throws<TextException>(() => Load(modelVocabularySize));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
