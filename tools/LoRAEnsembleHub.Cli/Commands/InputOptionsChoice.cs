using System.CommandLine;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that decide what a checkpoint's own files leave open about its inputs.</summary>
internal sealed class InputOptionsChoice
{
    private readonly OrientationChoice orientation;

    /// <summary>Adds the options to a verb.</summary>
    public InputOptionsChoice(Command command, ImageOrientation fallback) => orientation = new OrientationChoice(command, fallback);

    public InputOptions Read(ParseResult parsed) => new() { Orientation = orientation.Read(parsed) };
}
