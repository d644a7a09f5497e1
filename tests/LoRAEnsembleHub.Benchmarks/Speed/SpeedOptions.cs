using System.CommandLine;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>The options that the timing verbs share.</summary>
internal sealed class SpeedOptions
{
    private readonly Option<int> members;
    private readonly Option<int> batch;
    private readonly Option<int> rounds;
    private readonly Option<string> folder = new("--folder")
    {
        DefaultValueFactory = _ => Path.Combine("artifacts", "benchmarks"),
        Description = "Where the random base is kept (about 350 MB)",
    };
    private readonly Option<bool> bfloat16 = new("--bf16")
    {
        Description = "Measure bfloat16 too; on processors without bfloat16 products that takes many minutes",
    };

    public SpeedOptions(Command command, int usualMembers, int usualBatch)
    {
        members = Number("--members", usualMembers, "Members of the ensemble");
        batch = Number("--batch", usualBatch, "Pictures at a time");
        rounds = Number("--rounds", 7, "Timed runs of each; the median counts");
        Option[] options = [members, batch, rounds, folder, bfloat16];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    public static Option<int> Number(string name, int usual, string description) =>
        new(name) { DefaultValueFactory = _ => usual, Description = description };

    public int Members(ParseResult parsed) => parsed.GetValue(members);

    public int Batch(ParseResult parsed) => parsed.GetValue(batch);

    public int Rounds(ParseResult parsed) => parsed.GetValue(rounds);

    public bool Bfloat16(ParseResult parsed) => parsed.GetValue(bfloat16);

    public string BaseFolder(ParseResult parsed) => Path.Combine(parsed.GetValue(folder)!, "random", "vit-base-patch16-224");
}
