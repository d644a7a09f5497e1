using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that say how inputs are prepared: as asked, else as the ensemble says, else as the base says.</summary>
internal sealed class InputChoice
{
    private readonly Option<string?> preprocessor = OptionKinds.Text(
        "--preprocessor",
        "FILE|DIR",
        "Prepare inputs so; default: what the ensemble says in its own files, else the base"
    );

    private readonly InputOptionsChoice options;

    /// <summary>Adds the options to a verb.</summary>
    public InputChoice(Command command)
    {
        command.Add(preprocessor);
        options = new InputOptionsChoice(command, ImageOrientation.Upright);
    }

    /// <summary>How the inputs of a base or an ensemble are prepared.</summary>
    /// <exception cref="CommandException">The file that says so is missing or wrong.</exception>
    public InputPipeline Read(ParseResult parsed, ModelRequest request)
    {
        if (parsed.GetValue(preprocessor) is { } asked)
        {
            Need.FileOrFolder(asked, "--preprocessor");
            return Load(asked, options.Read(parsed) with { ModelFolder = ModelFolderOf(request) });
        }

        return Of(request, options.Read(parsed));
    }

    /// <summary>As the ensemble says, else as the base says.</summary>
    public static InputPipeline Of(ModelRequest request, InputOptions? options = null)
    {
        try
        {
            return Checked(() => InputPipelines.LoadFor(request.Ensemble ?? request.Base!, ModelFolderOf(request), options));
        }
        catch (Exception e) when (e is ImageException or AudioException or TextException)
        {
            var failure = Failure.Of(e);
            const string Hint = "--preprocessor names another file or folder that says how inputs are prepared.";
            throw new CommandException(failure.Kind, failure.Message, Hint, failure.ExitCode);
        }
    }

    /// <summary>As one place says.</summary>
    /// <exception cref="CommandException">An option concerns another kind of input.</exception>
    public static InputPipeline Load(string place, InputOptions? options) => Checked(() => InputPipelines.Load(place, options));

    private static InputPipeline Checked(Func<InputPipeline> load)
    {
        try
        {
            return load();
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage(e.Message);
        }
    }

    /// <summary>Where the sizes of inputs are told: the base, or the first of the models that an ensemble brings.</summary>
    private static string ModelFolderOf(ModelRequest request) => request.Base ?? EnsembleFolder.Open(request.Ensemble!).ModelFolder;
}
