namespace LoRAEnsembleHub.Training;

/// <summary>Which settings belong to which method; one that would have no effect is refused instead of ignored.</summary>
internal static class MethodSettings
{
    private const TrainingMethod Lora = TrainingMethod.LoraEnsemble;
    private const TrainingMethod Single = TrainingMethod.SingleLora;
    private const TrainingMethod Explicit = TrainingMethod.ExplicitEnsemble;
    private const TrainingMethod Dropout = TrainingMethod.McDropout;
    private const TrainingMethod Snapshot = TrainingMethod.SnapshotEnsemble;
    private const TrainingMethod Batch = TrainingMethod.BatchEnsemble;

    private static readonly Setting[] settings =
    [
        new("rank", options => options.Rank, Lora, Single),
        new("targets", options => string.Join(", ", options.Targets.Select(WordConverter.Word)), Lora, Single, Batch),
        new("layers", options => options.Layers is null ? null : string.Join(", ", options.Layers), Lora, Single, Batch),
        new("initialization", options => WordConverter.Word(options.Initialization), Lora, Single),
        new("initialization_gain", options => options.InitializationGain, Lora, Single),
        new("initialization_deviation", options => options.InitializationDeviation, Lora, Single),
        new("sharing", options => WordConverter.Word(options.Sharing), Lora),
        new("member_dropout", options => options.MemberDropout, Lora, TrainingMethod.HeadOnly),
        new("noise_scale", options => options.NoiseScale, Explicit),
        new("noise_layers", options => options.NoiseLayers, Explicit),
        new("drop_probability", options => options.DropProbability, Dropout),
        new("as_released", options => options.AsReleased, Dropout, Snapshot),
        new("burn_in_epochs", options => options.BurnInEpochs, Snapshot),
        new("scale_initialization", options => WordConverter.Word(options.ScaleInitialization), Batch),
        new("scale_deviation", options => options.ScaleDeviation, Batch),
        new("train_shared", options => options.TrainShared, Batch),
    ];

    /// <summary>The word of a method in settings.</summary>
    public static string WordOf(TrainingMethod method) => WordConverter.Word(method);

    /// <summary>Whether a method has a setting, by its name in JSON.</summary>
    public static bool Has(TrainingMethod method, string setting) =>
        Array.Find(settings, known => known.Name == setting)?.Methods.Contains(method) ?? true;

    /// <exception cref="TrainingException">A setting is given that the method does not have; it is named.</exception>
    public static void RefuseOthers(TrainingOptions options)
    {
        foreach (var (name, value, methods) in settings)
        {
            if (!methods.Contains(options.Method) && !Equals(value(options), value(TrainingOptions.Default)))
            {
                throw TrainingException.OfSetting(
                    $"{name} is {value(options)}, which is for {string.Join(" and ", methods.Select(WordOf))}; the method is {WordOf(options.Method)}. Leave it out."
                );
            }
        }
    }

    private sealed record Setting(string Name, Func<TrainingOptions, object?> Value, params IReadOnlyList<TrainingMethod> Methods);
}
