using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Cli.Training;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that say what to compute with: base, ensemble, device and element type.</summary>
internal sealed class ModelChoice
{
    private readonly Option<string?> baseFolder = OptionKinds.Text(
        "--base",
        "DIR",
        "Folder of the base model, or the id of a pulled one (default: the pulled base that the ensemble names; none is needed for ensembles of whole models)"
    );
    private readonly Option<string?> ensemble;
    private readonly Option<string?> only = OptionKinds.Text(
        "--only",
        "N,N…",
        "Use these members of the ensemble, from 0, in this order; files of the others are not read"
    );
    private readonly Option<string?> device = OptionKinds.Device();
    private readonly Option<string?> dtype = OptionKinds.OneOf("--dtype", "Element type of weights and activations", "f32", "bf16");
    private readonly Option<string?> route = OptionKinds.Route();
    private readonly Option<bool> allowMismatch = OptionKinds.Switch(
        "--allow-base-mismatch",
        "Accept a base with other weights than those the ensemble was trained on"
    );

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="computes">Whether the verb runs the model, so that it matters where and how.</param>
    /// <param name="chooses">Whether the verb can use some members only.</param>
    public ModelChoice(Command command, bool computes = true, bool chooses = false)
    {
        ensemble = OptionKinds.Text(
            "--ensemble",
            "DIR",
            "Ensemble folder, folder of PEFT members, one PEFT adapter, or the id of a pulled ensemble; none: the base alone"
        );
        Option[] choosing = chooses ? [only] : [];
        Option[] computing = computes ? [device, dtype, route] : [];
        foreach (var option in (Option[])[baseFolder, ensemble, .. choosing, .. computing, allowMismatch])
        {
            command.Add(option);
        }
    }

    /// <summary>Whether an ensemble is named.</summary>
    public bool NamesEnsemble(ParseResult parsed) => parsed.GetValue(ensemble) is not null;

    /// <summary>The folder of the base that is named; null where none is.</summary>
    /// <exception cref="CommandException">A folder or repository is not there.</exception>
    public async Task<string?> BaseAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        parsed.GetValue(baseFolder) is { } named
            ? await CachedRepository.FolderAsync(named, "--base", cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>What the command line asks for; repositories that were pulled are looked up in the cache.</summary>
    /// <exception cref="CommandException">A folder or repository is not there.</exception>
    public Task<ModelRequest> ReadAsync(ParseResult parsed, Session session, CancellationToken cancellationToken) =>
        ReadAsync(parsed, parsed.GetValue(ensemble), "--ensemble", session, cancellationToken);

    /// <summary>The same with an ensemble, or a model that stands alone, which another option names.</summary>
    /// <exception cref="CommandException">A folder or repository is not there.</exception>
    public async Task<ModelRequest> ReadAsync(
        ParseResult parsed,
        string? named,
        string option,
        Session session,
        CancellationToken cancellationToken
    )
    {
        var chosen = parsed.GetValue(only);
        if (chosen is not null && (named is null || option != "--ensemble"))
        {
            throw CommandException.Usage("--only chooses members of the ensemble that --ensemble names.");
        }

        var folder = named is null ? null : await CachedRepository.FolderAsync(named, option, cancellationToken).ConfigureAwait(false);
        if (folder is not null && option != "--ensemble" && File.Exists(Path.Combine(folder, "config.json")))
        {
            return Request(parsed, folder, null);
        }

        var model = await BaseAsync(parsed.GetValue(baseFolder), folder, session, cancellationToken).ConfigureAwait(false);
        return Request(parsed, model, folder) with
        {
            Members = chosen is null ? null : MemberNumbers.Read(chosen, "--only", EnsembleFolder.Open(folder!).MemberFolders.Count),
        };
    }

    private ModelRequest Request(ParseResult parsed, string? model, string? members) =>
        new(model)
        {
            Ensemble = members,
            Device = parsed.GetValue(device) ?? "cpu",
            UsesBFloat16 = parsed.GetValue(dtype) == "bf16",
            Route = parsed.GetValue(route) is { } word ? RunWords.Kind<ProductRoute>(word) : ProductRoute.Automatic,
            AllowBaseMismatch = parsed.GetValue(allowMismatch),
        };

    private static async Task<string?> BaseAsync(string? given, string? members, Session session, CancellationToken cancellationToken)
    {
        if (members is not null && !LoadedEnsemble.NeedsBase(members))
        {
            if (given is not null)
            {
                session.Note($"{members} brings all its weights, so --base is not used.");
            }

            return null;
        }

        return given is not null
            ? await CachedRepository.FolderAsync(given, "--base", cancellationToken).ConfigureAwait(false)
            : await CachedRepository
                .BaseOfAsync(members ?? throw CommandException.Usage("--base or --ensemble is missing."), cancellationToken)
                .ConfigureAwait(false);
    }
}
