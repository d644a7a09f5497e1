using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>How a base was loaded.</summary>
internal sealed record LoadFact(
    IReadOnlyList<string> Files,
    int Tensors,
    int MappedTensors,
    long CopiedBytes,
    long Parameters,
    double Milliseconds
)
{
    public static LoadFact Of(PretrainedModel model, TimeSpan elapsed) =>
        new(
            model.Report.Files,
            model.Report.Taken,
            model.Report.Mapped,
            model.Report.CopiedBytes,
            model.ParameterCount,
            elapsed.TotalMilliseconds
        );

    public string InWords() =>
        $"{string.Join(", ", Files)}: {Tensors} tensors, {Figures.Count(Parameters)} parameters, {MappedTensors} mapped, "
        + $"{Figures.Bytes(CopiedBytes)} copied, {Milliseconds:0} ms";
}

/// <summary>How an ensemble was read.</summary>
internal sealed record AttachFact(
    string Name,
    string Path,
    int Members,
    int Rank,
    long Parameters,
    long Bytes,
    bool HashesVerified,
    double Milliseconds
)
{
    public static AttachFact Of(AdapterEnsemble ensemble, TimeSpan elapsed) =>
        new(
            RepositoryFolder.Of(ensemble.Folder).RepoId,
            ensemble.Folder,
            ensemble.Members.Count,
            ensemble.Members.Rank,
            ensemble.Members.ParameterCount,
            ensemble.Members.Bytes,
            ensemble.Manifest?.Members?.All(member => member.Sha256 is not null) ?? false, // reading verified those that are stated
            elapsed.TotalMilliseconds
        );

    public string InWords() =>
        $"{Name}: {Members} members of rank {Rank}, {Figures.Count(Parameters)} parameters, {Figures.Bytes(Bytes)}, {(HashesVerified ? "hashes verified" : "no hashes to verify")}, {Milliseconds:0} ms";
}

/// <summary>How one ensemble took the place of another.</summary>
/// <param name="Ensemble">The new one.</param>
/// <param name="SwapMilliseconds">From the old one in use to the new one in use.</param>
/// <param name="BaseBytesTouched">Bytes of the base that were written, copied or read again: none, an ensemble is a value beside it.</param>
internal sealed record SwapFact(AttachFact Ensemble, double SwapMilliseconds, long BaseBytesTouched)
{
    public string InWords() => $"Swapped to {Ensemble.Name} in {Figures.Short(SwapMilliseconds)} ms; bytes of the base touched: none.";
}
