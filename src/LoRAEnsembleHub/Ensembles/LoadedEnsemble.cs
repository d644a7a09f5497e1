using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>An ensemble of any method, read from its folder and ready to predict.</summary>
/// <remarks>
/// Reading proves everything first, in this order: the manifest whole, the hashes of all files, the base where one is needed, then every
/// tensor's name, shape and type. Several threads may predict at once.
/// </remarks>
public sealed class LoadedEnsemble : IDisposable
{
    private readonly Lazy<InputPipeline> inputs;

    private LoadedEnsemble(
        string folder,
        string modelFolder,
        EnsembleSystem system,
        EnsembleManifest? manifest,
        IReadOnlyList<string> labels,
        IReadOnlyList<string> warnings
    )
    {
        (Folder, System, Manifest, Labels, Warnings) = (folder, system, manifest, labels, warnings);
        inputs = new(() => InputPipelines.LoadFor(folder, modelFolder));
    }

    /// <summary>Where the ensemble was read from.</summary>
    public string Folder { get; }

    /// <summary>What predicts.</summary>
    public EnsembleSystem System { get; }

    /// <summary>The manifest, or null for plain PEFT folders.</summary>
    public EnsembleManifest? Manifest { get; }

    /// <summary>Class names by index.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>What a reader should know, such as a base that could not be verified.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>How pictures, sounds or texts become inputs: as the ensemble's own files say, else as its base's do; read when first asked for.</summary>
    /// <exception cref="Inputs.ImageException">No file says so, or it is refused.</exception>
    /// <exception cref="Inputs.AudioException">The file is one for sounds, and refused.</exception>
    /// <exception cref="Inputs.TextException">The files are those for texts, and refused.</exception>
    public InputPipeline Pipeline => inputs.Value;

    /// <summary>How the members become one prediction, as the manifest says; the mean of probabilities where it says nothing.</summary>
    public Aggregation Aggregation => Manifest?.MemberAggregation ?? Aggregation.MeanProbability;

    /// <summary>[members]; what each member's logits are divided by, as the manifest says; 1 where it says nothing.</summary>
    public IReadOnlyList<double> Temperatures => Manifest?.Temperatures ?? [.. Enumerable.Repeat(1.0, System.Model.Members ?? 1)];

    /// <summary>Whether an ensemble needs the weights of its base; others bring all of their own.</summary>
    /// <param name="folder">An ensemble folder, a folder of PEFT members, or one PEFT adapter.</param>
    /// <exception cref="AdapterException">It is none of these, or its manifest is wrong.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static bool NeedsBase(string folder) => EnsembleFolder.Open(folder).Manifest?.NeedsBase ?? true;

    /// <summary>Reads an ensemble folder, a folder of PEFT members, or one PEFT adapter.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="baseFolder">The folder of the base; not read where <see cref="NeedsBase"/> says that none is needed.</param>
    /// <param name="options">Device and element type of all models; null takes the defaults.</param>
    /// <param name="allowBaseMismatch">Whether a base with other weights than the manifest's is accepted, with a warning.</param>
    /// <param name="members">
    /// The members to read, by their places from 0 and in the order wanted; null for all. Files of the others are not opened. An mc-dropout has
    /// passes, not members to choose from.
    /// </param>
    /// <returns>The ensemble; the caller disposes it.</returns>
    /// <exception cref="AdapterException">Something does not fit; it is named.</exception>
    /// <exception cref="ModelException">A model cannot be loaded.</exception>
    /// <exception cref="ArgumentException">A base is needed and none was given.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="Safetensors.SafetensorsException">A weight file is malformed.</exception>
    public static LoadedEnsemble Load(
        string folder,
        string? baseFolder,
        ModelOptions? options = null,
        bool allowBaseMismatch = false,
        IReadOnlyList<int>? members = null
    )
    {
        ArgumentNullException.ThrowIfNull(folder);
        var found = EnsembleFolder.Open(folder, members);
        if (baseFolder is null && found.Manifest?.NeedsBase != false)
        {
            throw new ArgumentException($"{folder} holds members for a base; give the folder of the base.", nameof(baseFolder));
        }

        return found.Manifest is { } manifest && EnsembleMethod.Find(manifest.Method) is { IsLora: false }
            ? Others(found, manifest, baseFolder, options, allowBaseMismatch)
            : Adapters(folder, baseFolder!, options, allowBaseMismatch, members);
    }

    /// <summary>Predicts pictures, sounds or texts with everything the members say about them.</summary>
    /// <param name="items">What is to be predicted; one or more.</param>
    /// <param name="batchSize">Items computed together; 1 or more. It does not change the result beyond rounding.</param>
    /// <param name="cancellationToken">Tested between batches.</param>
    /// <returns>
    /// [items]; a table of texts gives one for each row. Classes are places in <see cref="Labels"/>; the manifest's aggregation and temperatures are applied.
    /// </returns>
    /// <exception cref="DataSetException">There is none, or one is of another kind than the model takes.</exception>
    /// <exception cref="Inputs.ImageException">A picture is missing or damaged.</exception>
    /// <exception cref="Inputs.AudioException">A sound is missing or damaged.</exception>
    /// <exception cref="Inputs.TextException">A text is refused.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<ExamplePrediction> Predict(
        IReadOnlyList<InputItem> items,
        int batchSize = 64,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(items);
        var predictions = PredictExamples(Pipeline.FromItems(items, Labels), withLabels: false, batchSize, null, cancellationToken);
        return [.. Enumerable.Range(0, predictions.Examples).Select(index => ExamplePrediction.Of(predictions, index, Aggregation))];
    }

    /// <summary>Predicts examples, such as a data set opened by <see cref="Pipeline"/>, with the manifest's temperatures applied.</summary>
    /// <param name="examples">The examples; their classes are those of <see cref="Labels"/> where their labels are wanted.</param>
    /// <param name="withLabels">Whether the examples' labels go into the result, to be measured against.</param>
    /// <param name="batchSize">Examples computed together; 1 or more. It does not change the result beyond rounding.</param>
    /// <param name="progress">Told how many examples are done; may be null.</param>
    /// <param name="cancellationToken">Tested between batches.</param>
    /// <returns>Logits [members, examples, classes] as arrays, for the metrics of LoRAEnsembleHub.Evaluation.</returns>
    /// <exception cref="ModelException">The examples do not fit the model.</exception>
    /// <exception cref="ArgumentException">Labels are wanted, and an example has none or one of other classes.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Predictions PredictExamples(
        LabeledExamples examples,
        bool withLabels = true,
        int batchSize = 128,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default
    ) =>
        Predictor.Predict(System.Model, examples, Labels, withLabels, batchSize, progress, cancellationToken).WithTemperature(Temperatures);

    /// <summary>Frees everything that was loaded.</summary>
    public void Dispose() => System.Dispose();

    private static LoadedEnsemble Adapters(
        string folder,
        string baseFolder,
        ModelOptions? options,
        bool allowBaseMismatch,
        IReadOnlyList<int>? members
    )
    {
        var model = PretrainedModels.Load(baseFolder, options);
        try
        {
            var ensemble = AdapterEnsemble.Load(folder, model, allowBaseMismatch, members);
            var system = new AdapterSystem(model, ensemble.Members, ownsModel: true);
            return new LoadedEnsemble(folder, baseFolder, system, ensemble.Manifest, ensemble.Labels, ensemble.Warnings);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static LoadedEnsemble Others(
        EnsembleFolder found,
        EnsembleManifest manifest,
        string? baseFolder,
        ModelOptions? options,
        bool allowBaseMismatch
    )
    {
        var warnings = new List<string>();
        found.VerifyMembers(warnings);
        EnsembleSystem system = manifest.Method switch
        {
            EnsembleMethod.McDropout => Dropout(found, manifest, options),
            EnsembleMethod.BatchEnsemble => Scales(found, manifest, baseFolder, options, allowBaseMismatch, warnings),
            _ => Networks(found, manifest, options),
        };
        try
        {
            return new LoadedEnsemble(
                found.FolderPath,
                manifest.NeedsBase ? baseFolder! : found.ModelFolder,
                system,
                manifest,
                LabelsOf(found, manifest, system),
                warnings
            );
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    private static NetworkSystem Networks(EnsembleFolder found, EnsembleManifest manifest, ModelOptions? options)
    {
        var networks = new List<PretrainedModel>();
        try
        {
            foreach (var folder in found.MemberFolders)
            {
                networks.Add(PretrainedModels.Load(folder, options));
            }

            return new NetworkSystem(manifest.Method!, networks, [.. manifest.Members!.Select(member => member.Seed)]);
        }
        catch
        {
            networks.ForEach(network => network.Dispose());
            throw;
        }
    }

    private static DropoutSystem Dropout(EnsembleFolder found, EnsembleManifest manifest, ModelOptions? options)
    {
        var heads = Path.Combine(found.MemberFolders[0], EnsembleMethod.HeadsFile);
        var model = PretrainedModels.Load(found.MemberFolders[0], options);
        try
        {
            var (dropout, several) = (
                manifest.Dropout!,
                manifest.Members![0].Sha256?.ContainsKey(EnsembleMethod.HeadsFile) ?? File.Exists(heads)
            );
            var passes = new DropoutPasses(
                found.FolderPath,
                dropout.Passes!.Value,
                new(dropout.Probability!.Value, dropout.Seed!.Value),
                several ? Weights.TensorFile.Read(heads) : new Dictionary<string, TorchSharp.torch.Tensor>()
            );
            return new DropoutSystem(model, passes);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ScaleSystem Scales(
        EnsembleFolder found,
        EnsembleManifest manifest,
        string? baseFolder,
        ModelOptions? options,
        bool allowBaseMismatch,
        List<string> warnings
    )
    {
        var isTrained = manifest.Shared is not null;
        var shared = PretrainedModels.Load(isTrained ? Path.Combine(found.FolderPath, EnsembleMethod.SharedFolder) : baseFolder!, options);
        try
        {
            if (!isTrained)
            {
                BaseCheck.Verify(manifest.BaseModel!, shared.Identity, found.FolderPath, allowBaseMismatch, warnings);
            }

            var set = ScaleFile.Read(found.FolderPath, found.MemberFolders, [.. manifest.Members!.Select(member => member.Seed)]);
            return new ScaleSystem(shared, set, isTrained, ownsShared: true);
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<string> LabelsOf(EnsembleFolder found, EnsembleManifest manifest, EnsembleSystem system)
    {
        var own = system.Model switch
        {
            ModelEnsemble networks => networks.Models[0].Labels,
            PretrainedModel model => model.Labels,
            _ => [],
        };
        var classes = system.Content(new EnsembleWriterOptions()).Classes ?? own.Count;
        if (classes == 0)
        {
            throw new AdapterException($"{found.FolderPath} brings no head, so there would be no prediction.");
        }

        if (manifest.Id2Label is { } labels)
        {
            return labels.Count == classes
                ? manifest.Labels
                : throw new AdapterException(
                    $"{found.FolderPath}: id2label has {labels.Count} labels; the members' heads have {classes} classes."
                );
        }

        return own.Count == classes ? own : ModelConfig.NumberedLabels(classes);
    }
}
