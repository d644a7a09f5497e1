using System.CommandLine;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that decide what a checkpoint's own files leave open about its inputs; those for another kind of input are refused.</summary>
internal sealed class InputOptionsChoice
{
    private readonly OrientationChoice orientation;
    private readonly ImageOrientation usual;
    private readonly Option<bool> exactRate = OptionKinds.Switch(
        "--exact-rate",
        "Refuse sounds of another sampling rate than the model's instead of resampling them"
    );

    private readonly Option<int?> maxTokens = OptionKinds.WholeNumber(
        "--max-tokens",
        "Read so many tokens of a text at most (default: what model and tokenizer allow)",
        least: 3
    );

    /// <summary>Adds the options to a verb.</summary>
    public InputOptionsChoice(Command command, ImageOrientation usual)
    {
        this.usual = usual;
        orientation = new OrientationChoice(command, usual);
        command.Add(exactRate);
        command.Add(maxTokens);
    }

    public InputOptions Read(ParseResult parsed) =>
        new()
        {
            Orientation = orientation.Read(parsed),
            UsualOrientation = usual,
            Rate = parsed.GetValue(exactRate) ? AudioRate.Refuse : AudioRate.Resample,
            MaxTokens = parsed.GetValue(maxTokens),
        };
}
