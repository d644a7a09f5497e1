using System.CommandLine;
using System.Diagnostics;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Measuring;
using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Models;
using TorchSharp;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>How fast a base and its members are on this machine, and what they hold in memory.</summary>
internal sealed class BenchCommand : Verb
{
    private readonly ModelChoice choice;
    private readonly Option<int?> batchSize = OptionKinds.WholeNumber("--batch-size", "Inputs computed together (default: 1)");
    private readonly Option<int?> rounds = OptionKinds.WholeNumber("--rounds", "Timed runs of each; the median counts (default: 7)");
    private readonly Option<int?> memberChunk = OptionKinds.WholeNumber("--member-chunk", "Members computed together; default: by memory");

    public BenchCommand()
        : base("bench", "Measure latency, throughput and memory of a base and its members, against one member after the other")
    {
        choice = new ModelChoice(Command, chooses: true);
        Option[] options = [batchSize, rounds, memberChunk];
        foreach (var option in options)
        {
            Command.Add(option);
        }
    }

    public override async Task<ICommandResult> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var request = await choice.ReadAsync(parsed, session, cancellationToken).ConfigureAwait(false);
        var (batch, times) = (parsed.GetValue(batchSize) ?? 1, parsed.GetValue(rounds) ?? 7);
        var clock = Stopwatch.StartNew();
        using var loaded = LoadedModel.Open(request, session);
        var loading = clock.Elapsed;
        using var scope = torch.NewDisposeScope();
        var inputs = loaded.Model.BlankInputs(batch);
        var options = new ForwardOptions { MemberChunk = parsed.GetValue(memberChunk) };
        void Forward(ForwardOptions how) => loaded.Model.Forward(inputs, how).Dispose();
        var subjects = new List<Subject>
        {
            new(loaded.Model.Members is null ? "base alone" : "all members in one pass", () => Forward(options)),
        };
        if (loaded.Model.Members is { } members)
        {
            subjects.Add(new Subject("one member after the other", () => OneByOne(members, Forward)));
            subjects.Add(new Subject("one member", () => Forward(new ForwardOptions { MemberCount = 1 })));
        }

        var memory = Process.GetCurrentProcess().WorkingSet64;
        var speeds = session.Track(
            "Measuring",
            subjects.Count * (times + 1),
            progress => Rounds.Measure(subjects, times, batch, progress, cancellationToken)
        );
        return new BenchResult
        {
            Base = request.Base,
            Ensemble = request.Ensemble,
            Members = loaded.Members,
            BatchSize = batch,
            Rounds = times,
            Threads = torch.get_num_threads(),
            Dtype = request.UsesBFloat16 ? "bf16" : "f32",
            LoadMilliseconds = loading.TotalMilliseconds,
            Speeds = speeds,
            LoadedBytes = memory,
            PeakBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            MemberParameters = loaded.Ensemble?.System.ParameterCount ?? 0,
            Warnings = session.Warnings,
        };
    }

    private static void OneByOne(int members, Action<ForwardOptions> forward)
    {
        for (var member = 0; member < members; member++)
        {
            forward(new ForwardOptions { FirstMember = member, MemberCount = 1 });
        }
    }
}
