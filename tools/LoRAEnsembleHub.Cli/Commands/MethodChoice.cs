using System.CommandLine;
using LoRAEnsembleHub.Cli.Training;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that choose a method and belong to some methods only.</summary>
internal sealed class MethodChoice
{
    private readonly Option<string?> method = OptionKinds.OneOf(
        "--method",
        "The system to train (default: lora-ensemble)",
        "lora-ensemble",
        "single-lora",
        "explicit-ensemble",
        "mc-dropout",
        "snapshot-ensemble",
        "batch-ensemble",
        "head-only"
    );
    private readonly Option<string?> sharing = OptionKinds.OneOf(
        "--sharing",
        "lora-ensemble: the factor that all members share (default: none)",
        "none",
        "a",
        "b"
    );
    private readonly Option<double?> memberDropout = OptionKinds.Number(
        "--member-dropout",
        "lora-ensemble, head-only: probability with which a member sits out an update (default: 0)",
        isZeroAllowed: true
    );
    private readonly Option<double?> noiseScale = OptionKinds.Number(
        "--noise-scale",
        "explicit-ensemble: noise on the weights before training, in standard deviations of each tensor (default: 0)",
        isZeroAllowed: true
    );
    private readonly Option<int?> noiseLayers = OptionKinds.WholeNumber(
        "--noise-layers",
        "explicit-ensemble: so many of the last blocks get the noise (default: all)"
    );
    private readonly Option<double?> dropProbability = OptionKinds.Number(
        "--drop-probability",
        "mc-dropout: share of keys that attention leaves out (default: 0.2)"
    );
    private readonly Option<int?> burnInEpochs = OptionKinds.WholeNumber(
        "--burn-in-epochs",
        "snapshot-ensemble: passes over the data before the first snapshot, at least (default: 0)",
        least: 0
    );
    private readonly Option<bool> asReleased = OptionKinds.Switch(
        "--as-released",
        "mc-dropout, snapshot-ensemble: repeat a fault of the published code, for matching its numbers only"
    );
    private readonly Option<string?> scaleStart = OptionKinds.OneOf(
        "--scale-start",
        "batch-ensemble: how the scales are drawn (default: gaussian)",
        "gaussian",
        "random-signs"
    );
    private readonly Option<double?> scaleDeviation = OptionKinds.Number(
        "--scale-deviation",
        "batch-ensemble: standard deviation of the scales around 1 (default: 0.1)",
        isZeroAllowed: true
    );
    private readonly Option<bool> trainShared = OptionKinds.Switch(
        "--train-shared",
        "batch-ensemble: train the weights that members share too"
    );

    public MethodChoice(Command command)
    {
        Option[] options =
        [
            method,
            sharing,
            memberDropout,
            noiseScale,
            noiseLayers,
            dropProbability,
            burnInEpochs,
            asReleased,
            scaleStart,
            scaleDeviation,
            trainShared,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>The settings with every option given in their place.</summary>
    /// <param name="training">The settings of the file, or the defaults.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="hasFile">Whether there is a file, whose members count even where they are as many as by default.</param>
    public TrainingOptions Read(TrainingOptions training, ParseResult parsed, bool hasFile)
    {
        var chosen = parsed.GetValue(method) is { } word ? RunWords.Kind<TrainingMethod>(word) : training.Method;
        return training with
        {
            Method = chosen,
            Members = chosen == TrainingMethod.SingleLora && !hasFile ? 1 : training.Members,
            Sharing = parsed.GetValue(sharing) is { } factor ? RunWords.Kind<FactorSharing>(factor) : training.Sharing,
            MemberDropout = parsed.GetValue(memberDropout) ?? training.MemberDropout,
            NoiseScale = parsed.GetValue(noiseScale) ?? training.NoiseScale,
            NoiseLayers = parsed.GetValue(noiseLayers) ?? training.NoiseLayers,
            DropProbability = parsed.GetValue(dropProbability) ?? training.DropProbability,
            BurnInEpochs = parsed.GetValue(burnInEpochs) ?? training.BurnInEpochs,
            AsReleased = parsed.GetValue(asReleased) || training.AsReleased,
            ScaleInitialization = parsed.GetValue(scaleStart) is { } start
                ? RunWords.Kind<ScaleInitialization>(start)
                : training.ScaleInitialization,
            ScaleDeviation = parsed.GetValue(scaleDeviation) ?? training.ScaleDeviation,
            TrainShared = parsed.GetValue(trainShared) || training.TrainShared,
        };
    }
}
