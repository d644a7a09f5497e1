using System.CommandLine;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The two options that say whether a picture's stored orientation is applied.</summary>
internal sealed class OrientationChoice
{
    private readonly Option<bool> upright;
    private readonly Option<bool> asStored;

    public OrientationChoice(Command command, ImageOrientation usual)
    {
        string Default(ImageOrientation choice) => choice == usual ? " (default)" : "";
        upright = OptionKinds.Switch("--upright", $"Turn pictures as their EXIF orientation asks{Default(ImageOrientation.Upright)}");
        asStored = OptionKinds.Switch(
            "--as-stored",
            $"Take pixels as they lie in the file, as transformers' processors do{Default(ImageOrientation.AsStored)}"
        );
        command.Add(upright);
        command.Add(asStored);
    }

    /// <summary>What was asked for, or null.</summary>
    public ImageOrientation? Read(ParseResult parsed) =>
        (parsed.GetValue(upright), parsed.GetValue(asStored)) switch
        {
            (true, true) => throw CommandException.Usage("--upright and --as-stored exclude each other."),
            (true, _) => ImageOrientation.Upright,
            (_, true) => ImageOrientation.AsStored,
            _ => null,
        };
}
