using LoRAEnsembleHub.Cli.Inspection;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Hub;

/// <summary>Proves an ensemble whole before it is pushed, and gives it a card if it has none; never needs torch.</summary>
internal static class EnsemblePush
{
    /// <summary>Where training keeps what it needs to go on; nothing that others could use.</summary>
    public const string CheckpointPattern = ".checkpoint/*";

    /// <param name="folder">What is to be pushed; a folder that holds something else passes.</param>
    /// <param name="files">Which of its files are pushed; an ensemble goes whole or not at all.</param>
    /// <param name="repo">Where to; the card says how to pull it from there.</param>
    /// <param name="session">Told of what others will miss.</param>
    /// <exception cref="CommandException">It is an ensemble, but not a whole one.</exception>
    public static void Prepare(string folder, FilePatterns files, RepoId repo, Session session)
    {
        if (!File.Exists(Path.Combine(folder, EnsembleManifest.FileName)))
        {
            RefuseUnfinished(folder);
            return;
        }

        if (!files.Allows(EnsembleManifest.FileName))
        {
            return; // Some other files of the folder, such as a new card.
        }

        var report = EnsembleReport.Read(folder);
        if (report.Problems.Count > 0)
        {
            throw new CommandException(
                "incomplete_ensemble",
                $"{folder} is no whole ensemble: {string.Join(" ", report.Problems)}",
                "Nothing was pushed. Train or fetch it again; lorae-hub inspect tells more.",
                report.HashesMatch == false ? ExitCode.Integrity : ExitCode.Failed
            );
        }

        var ensemble = EnsembleFolder.Open(folder);
        if (ensemble.Files.FirstOrDefault(part => !files.Allows(part)) is { } leftOut)
        {
            throw new CommandException(
                "incomplete_ensemble",
                $"--include or --exclude leaves out {leftOut}, which {EnsembleManifest.FileName} lists.",
                $"Nothing was pushed. Push the ensemble whole, or leave out {EnsembleManifest.FileName} too."
            );
        }

        if (ensemble.Manifest!.NeedsBase && (report.BaseModel?.RepoId is not { } baseId || !RepoId.TryParse(baseId, RepoType.Model, out _)))
        {
            session.Warn(
                $"The manifest names no repository of the base ({report.BaseModel?.RepoId ?? "none"}), so others cannot pull it with the ensemble."
            );
        }

        if (!File.Exists(Path.Combine(folder, CardRemarks.FileName)))
        {
            var facts = EnsembleFacts.Of(report, ensemble.Manifest, repo.FullName);
            File.WriteAllText(
                Path.Combine(folder, CardRemarks.FileName),
                EnsembleCard.Write(ensemble.Manifest, facts, new EnsembleWriterOptions())
            );
            session.Note($"{Path.Combine(folder, CardRemarks.FileName)} was missing and was written from the manifest.");
        }
    }

    private static void RefuseUnfinished(string folder)
    {
        if (File.Exists(Path.Combine(folder, RunConfig.FileName)) || Directory.Exists(Path.Combine(folder, ".checkpoint")))
        {
            throw new CommandException(
                "incomplete_ensemble",
                $"{folder} is the output of a training that has not ended: there is no {EnsembleManifest.FileName}.",
                $"Nothing was pushed. Run it to its end: lorae-hub train --config {Path.Combine(folder, RunConfig.FileName)}."
            );
        }
    }
}
