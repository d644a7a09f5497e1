using System.CommandLine;
using LoRAEnsembleHub.Benchmarks.Subjects;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Benchmarks.Speed;

/// <summary>What it takes to get ready: the base from disk, the members from disk, and another set in the place of the one attached.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var command = new Command("load", "Time to load a ViT-B/16, to load its members, and to swap to another set");
        var options = new SpeedOptions(command, usualMembers: 16, usualBatch: 1);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var baseFolder = options.BaseFolder(parsed);
                var members = options.Members(parsed);
                var ensemble = $"{baseFolder}-m{members}-r8";
                await RandomVit.WriteAsync(baseFolder, cancellationToken).ConfigureAwait(false);
                await RandomMembers.WriteAsync(ensemble, baseFolder, members, cancellationToken).ConfigureAwait(false);
                Run(baseFolder, ensemble, options.Rounds(parsed));
            }
        );
        return command;
    }

    private static void Run(string baseFolder, string ensembleFolder, int rounds)
    {
        using var model = PretrainedModels.Load(baseFolder);
        using var first = AdapterEnsemble.Load(ensembleFolder, model);
        using var second = AdapterEnsemble.Load(ensembleFolder, model);
        var next = first.Members;
        Rounds.Say($"ViT-B/16 and {first.Members.Count} members of rank 8, files in the page cache; median of {rounds}.");
        Subject[] subjects =
        [
            new("load the base (weights are mapped)", () => PretrainedModels.Load(baseFolder).Dispose()),
            new("load the members", () => AdapterEnsemble.Load(ensembleFolder, model).Dispose()),
            new(
                "swap",
                () =>
                {
                    model.Swap(next);
                    next = ReferenceEquals(next, first.Members) ? second.Members : first.Members;
                }
            ),
        ];
        Rounds.Print(subjects, rounds);
    }
}
