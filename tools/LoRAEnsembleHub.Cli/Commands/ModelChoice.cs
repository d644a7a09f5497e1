using System.CommandLine;
using LoRAEnsembleHub.Cli.Loading;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that say what to compute with: base, ensemble, device and element type.</summary>
internal sealed class ModelChoice
{
    private readonly Option<string> baseFolder = OptionKinds.Needed("--base", "DIR", "Folder of the base model");
    private readonly Option<string?> ensemble;
    private readonly Option<string?> device = OptionKinds.Device();
    private readonly Option<string?> dtype = OptionKinds.OneOf("--dtype", "Element type of weights and activations", "f32", "bf16");
    private readonly Option<bool> allowMismatch = OptionKinds.Switch(
        "--allow-base-mismatch",
        "Accept a base with other weights than those the ensemble was trained on"
    );

    /// <summary>Adds the options to a verb.</summary>
    public ModelChoice(Command command)
    {
        ensemble = OptionKinds.Text(
            "--ensemble",
            "DIR",
            "Ensemble folder, folder of PEFT members, or one PEFT adapter; none: the base alone"
        );
        Option[] options = [baseFolder, ensemble, device, dtype, allowMismatch];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>What the command line asks for.</summary>
    /// <exception cref="CommandException">A folder is not there.</exception>
    public ModelRequest Read(ParseResult parsed)
    {
        var (model, members) = (parsed.GetValue(baseFolder)!, parsed.GetValue(ensemble));
        Need.Folder(model, "--base");
        if (members is not null)
        {
            Need.Folder(members, "--ensemble");
        }

        return new ModelRequest(model)
        {
            Ensemble = members,
            Device = parsed.GetValue(device) ?? "cpu",
            UsesBFloat16 = parsed.GetValue(dtype) == "bf16",
            AllowBaseMismatch = parsed.GetValue(allowMismatch),
        };
    }
}
