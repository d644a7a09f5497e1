using System.CommandLine;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Training;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options of verbs that write an ensemble made of others, and the writing.</summary>
internal sealed class WrittenEnsemble
{
    private readonly Option<string> output = OptionKinds.Needed("--output", "DIR", "Folder of the ensemble to write; a new or empty one");
    private readonly Option<string?> naming = OptionKinds.Naming();
    private readonly Option<string?> license = OptionKinds.License();

    /// <summary>Adds the options to a verb.</summary>
    public WrittenEnsemble(Command command)
    {
        Option[] options = [output, naming, license];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>Where it is to be written, once nothing is in the way.</summary>
    /// <exception cref="CommandException">Something is.</exception>
    public string Place(ParseResult parsed)
    {
        var folder = parsed.GetValue(output)!;
        Need.EmptyFolder(folder, "--output", "an ensemble made of others is written to a new folder, so that none is lost");
        return folder;
    }

    /// <summary>Writes members, manifest, card, and the files that say how inputs are prepared.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="set">The members.</param>
    /// <param name="model">Their base.</param>
    /// <param name="facts">What the manifest says besides.</param>
    /// <param name="like">Folders that may say how inputs are prepared; the first that does is taken.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task<EnsembleManifest> WriteAsync(
        ParseResult parsed,
        AdapterSet set,
        PretrainedModel model,
        EnsembleManifest facts,
        IEnumerable<string?> like,
        CancellationToken cancellationToken
    )
    {
        var options = new EnsembleWriterOptions
        {
            Naming = parsed.GetValue(naming) is { } word ? RunWords.Kind<PeftNaming>(word) : PeftNaming.Both,
            License = parsed.GetValue(license),
            InputFiles = PreparationFiles.Of(like).ToDictionary(file => Path.GetFileName(file), File.ReadAllText),
        };
        return EnsembleWriter.WriteAsync(parsed.GetValue(output)!, set, model, facts, options, cancellationToken);
    }
}
