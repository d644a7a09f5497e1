namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Kind and unkind words for the small golden BERT.</summary>
public sealed class TinyTexts() : TinyModel("bert")
{
    private static readonly string[] words =
    [
        .. "good kind fine nice great lovely bad poor sad dull grim awful film plot cast song day was very the a it and".Split(' '),
        .. "##s ##ly ##ing ##er . , !".Split(' '),
    ];

    public override string Data => Path.Combine(Folder, "tiny", "words.csv");

    public override string[] Training =>
        [
            .. "train --members 2 --rank 2 --warmup-steps 0 --batch-size 4 --steps 12 --learning-rate 0.02".Split(' '),
            "--base",
            Base,
            "--data",
            Data,
        ];

    protected override async Task<string[]> PrepareAsync()
    {
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
        return [];
    }

    private static IEnumerable<string> Rows(string split, string label, string[] chosen) =>
        chosen.Select(word => $"\"The film was very {word}, and the plot.\",{label},{split}");
}
