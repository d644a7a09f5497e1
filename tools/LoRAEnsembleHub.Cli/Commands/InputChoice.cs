using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Data;
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
            return InputPipelines.Load(asked, options.Read(parsed));
        }

        return Of(request, options.Read(parsed));
    }

    /// <summary>As the ensemble says, else as the base says.</summary>
    public static InputPipeline Of(ModelRequest request, InputOptions? options = null)
    {
        var source = request.Ensemble is { } own && InputPipelines.IsIn(own) ? own : request.Base;
        try
        {
            return InputPipelines.Load(source, options);
        }
        catch (ImageException e)
        {
            throw new CommandException(
                e.IsMalformed ? "malformed_file" : "image",
                e.Message,
                "--preprocessor names another file or folder that says how inputs are prepared.",
                e.IsMalformed ? ExitCode.Integrity : ExitCode.Failed
            );
        }
    }
}
