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
    private readonly Option<int?> rootAdapter = OptionKinds.WholeNumber(
        "--root-adapter",
        "Put the adapter of this member, from 0, into the folder itself too, for programs that look for one there",
        least: 0
    );

    /// <summary>Adds the options to a verb.</summary>
    public WrittenEnsemble(Command command)
    {
        Option[] options = [output, naming, License, rootAdapter];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>The licence that the card states.</summary>
    public Option<string?> License { get; } = OptionKinds.License();

    /// <summary>Options of ensembles whose members are adapters.</summary>
    public IReadOnlyList<Option> ForAdapters => [naming, rootAdapter];

    /// <summary>The folder that is named.</summary>
    public string Folder(ParseResult parsed) => parsed.GetValue(output)!;

    /// <summary>Where it is to be written, once nothing is in the way.</summary>
    /// <exception cref="CommandException">Something is.</exception>
    public string Place(ParseResult parsed)
    {
        var folder = Folder(parsed);
        Need.EmptyFolder(folder, "--output", "choose a new folder, so that nothing is lost");
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
    ) => StagedAsync(parsed, folder => EnsembleWriter.WriteAsync(folder, set, model, facts, Options(parsed, like), cancellationToken));

    /// <summary>The same with every member merged into a whole network.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="set">The members.</param>
    /// <param name="model">Their base.</param>
    /// <param name="facts">What the manifest says besides.</param>
    /// <param name="like">Folders that may say how inputs are prepared; the first that does is taken.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task<EnsembleManifest> WriteMergedAsync(
        ParseResult parsed,
        AdapterSet set,
        PretrainedModel model,
        EnsembleManifest facts,
        IEnumerable<string?> like,
        CancellationToken cancellationToken
    ) =>
        StagedAsync(parsed, folder => EnsembleWriter.WriteMergedAsync(folder, set, model, facts, Options(parsed, like), cancellationToken));

    /// <summary>The same for an ensemble of any method.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="system">The ensemble.</param>
    /// <param name="facts">What the manifest says besides, the base included.</param>
    /// <param name="like">Folders that may say how inputs are prepared; the first that does is taken.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task<EnsembleManifest> WriteSystemAsync(
        ParseResult parsed,
        EnsembleSystem system,
        EnsembleManifest facts,
        IEnumerable<string?> like,
        CancellationToken cancellationToken
    ) =>
        StagedAsync(
            parsed,
            folder => EnsembleWriter.WriteSystemAsync(folder, system, identity: null, facts, Options(parsed, like), cancellationToken)
        );

    private async Task<EnsembleManifest> StagedAsync(ParseResult parsed, Func<string, Task<EnsembleManifest>> write)
    {
        using var staged = new StagedFolder(Folder(parsed));
        var manifest = await write(staged.Path).ConfigureAwait(false);
        staged.Commit();
        return manifest;
    }

    private EnsembleWriterOptions Options(ParseResult parsed, IEnumerable<string?> like) =>
        new()
        {
            Naming = parsed.GetValue(naming) is { } word ? RunWords.Kind<PeftNaming>(word) : PeftNaming.Both,
            License = parsed.GetValue(License),
            RootAdapter = parsed.GetValue(rootAdapter),
            InputFiles = PreparationFiles.Of(like).ToDictionary(file => Path.GetFileName(file), File.ReadAllText),
        };
}
