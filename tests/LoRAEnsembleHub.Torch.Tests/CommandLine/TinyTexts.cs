using LoRAEnsembleHub.Torch.Tests.Native;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>The small golden BERT with a vocabulary, a data set of kind and unkind words, and an ensemble trained on that.</summary>
public sealed class TinyTexts : IAsyncLifetime
{
    private static readonly string[] words =
    [
        .. "good kind fine nice great lovely bad poor sad dull grim awful film plot cast song day was very the a it and".Split(' '),
        .. "##s ##ly ##ing ##er . , !".Split(' '),
    ];
    private readonly ScratchFolder scratch = new();

    public string Folder => scratch.Path;

    public string Base => Path.Combine(scratch.Path, "tiny", "bert");

    public string Data => Path.Combine(scratch.Path, "tiny", "words.csv");

    public string Ensemble => Path.Combine(scratch.Path, "tiny", "ensemble");

    /// <summary>The arguments that trained <see cref="Ensemble"/>, without the output.</summary>
    public string[] Training =>
        [
            .. "train --members 2 --rank 2 --warmup-steps 0 --batch-size 4 --steps 12 --learning-rate 0.02".Split(' '),
            "--base",
            Base,
            "--data",
            Data,
        ];

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Base);
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Golden.PathOf("models", "bert", file), Path.Combine(Base, file));
        }

        await File.WriteAllLinesAsync(Path.Combine(Base, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]);
        await File.WriteAllTextAsync(
            Path.Combine(Base, "tokenizer_config.json"),
            """{"tokenizer_class": "BertTokenizer", "do_lower_case": true, "model_max_length": 512}"""
        );
        var rows = Rows("train", "kind", words[..4])
            .Concat(Rows("train", "unkind", words[6..10]))
            .Concat(Rows("test", "kind", words[2..6]))
            .Concat(Rows("test", "unkind", words[8..12]));
        await File.WriteAllLinesAsync(Data, ["text,label,split", .. rows]);
        (await Tool.RunAsync([.. Training, "--output", Ensemble])).Done();
    }

    private static IEnumerable<string> Rows(string split, string label, string[] chosen) =>
        chosen.Select(word => $"\"The film was very {word}, and the plot.\",{label},{split}");

    public ValueTask DisposeAsync()
    {
        scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A file in <see cref="Folder"/>.</summary>
    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
