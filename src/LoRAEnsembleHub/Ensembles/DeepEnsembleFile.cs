using System.Collections.Frozen;
using System.Globalization;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Safetensors;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>Whole ViTs in one file, as the official LoRA-Ensemble code keeps its explicit and snapshot ensembles (Deep_Ensemble).</summary>
/// <remarks>
/// prs-eth/LoRA-Ensemble: a list by torch.save of all parameters without names, member after member in torchvision's order. The same as
/// safetensors has torchvision's names behind <c>member.{m}.</c>. Nothing of a pickle is run.
/// </remarks>
public static class DeepEnsembleFile
{
    private const string MemberPrefix = "member.";
    private const string Head = "heads.head.";
    private const int OuterTensors = 8; // class token, patches (2), positions, last norm (2), head (2)

    private static readonly string[] start = ["class_token", "conv_proj.weight", "conv_proj.bias", "encoder.pos_embedding"];
    private static readonly string[] end = ["encoder.ln.weight", "encoder.ln.bias", $"{Head}weight", $"{Head}bias"];

    private static readonly string[] block =
    [
        "ln_1.weight",
        "ln_1.bias",
        "self_attention.in_proj_weight",
        "self_attention.in_proj_bias",
        "self_attention.out_proj.weight",
        "self_attention.out_proj.bias",
        "ln_2.weight",
        "ln_2.bias",
        "mlp.0.weight",
        "mlp.0.bias",
        "mlp.3.weight",
        "mlp.3.bias",
    ];

    /// <summary>Reads an ensemble; its weights stay in the file, which is mapped.</summary>
    /// <param name="path">A list by torch.save (<c>.pt</c>), or safetensors with names.</param>
    /// <param name="config">
    /// The sizes of the members, such as those of their base, or null to read them off the weights of a ViT-B, -L or -H. Its labels and
    /// head are not used.
    /// </param>
    /// <param name="labels">Class names by index, or null for numbered ones.</param>
    /// <returns>An explicit ensemble; the caller disposes it.</returns>
    /// <exception cref="ModelException">The file holds something else, or its sizes cannot be read off it.</exception>
    /// <exception cref="WeightsException">Weights are missing, unused, or of other sizes than the config's; they are listed.</exception>
    /// <exception cref="TorchFileException">The file of torch.save is malformed or refers to something that is not read.</exception>
    /// <exception cref="SafetensorsException">The safetensors file is malformed.</exception>
    public static EnsembleSystem Read(string path, VitConfig? config = null, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stored = StoredWeights.Open(path);
        var networks = new List<PretrainedModel>();
        try
        {
            foreach (var (index, tensors) in Members(stored).Index())
            {
                networks.Add(Network(stored, $"{path}, member {index}", tensors, config, labels));
            }

            return new NetworkSystem(EnsembleMethod.ExplicitEnsemble, networks, [.. networks.Select(_ => (long?)null)]);
        }
        catch
        {
            networks.ForEach(network => network.Dispose());
            throw;
        }
    }

    /// <summary>Writes an ensemble as safetensors, with torchvision's names behind <c>member.{m}.</c>.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="networks">Plain ViTs, each with one head and a bias for query, key and value.</param>
    /// <param name="cancellationToken">Stops the writing and leaves the old file.</param>
    /// <exception cref="ModelException">A member is another model; this layout cannot hold it.</exception>
    public static Task WriteAsync(string path, ModelEnsemble networks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Models.FirstOrDefault(model => model.Config is not VitConfig { ModelType: "vit", QkvBias: true }) is { } other)
        {
            throw new ModelException(
                $"A member is of type {other.ModelType}{(other.Config is VitConfig { QkvBias: false } ? " without bias for query, key and value" : "")}; "
                    + "the official layout holds ViTs as torchvision makes them."
            );
        }

        return OfficialCheckpoint.WriteAsync(path, Named(networks), cancellationToken);
    }

    /// <summary>Whether a file holds a list of parameters, or parameters behind numbers of members.</summary>
    internal static bool Holds(StoredWeights stored) =>
        stored.IsList
        || (stored.Tensors.Count > 0 && stored.Tensors.All(tensor => tensor.Name.StartsWith(MemberPrefix, StringComparison.Ordinal)));

    private static PretrainedModel Network(
        StoredWeights stored,
        string place,
        IReadOnlyList<(string Name, TensorView View)> tensors,
        VitConfig? config,
        IReadOnlyList<string>? labels
    )
    {
        var shapes = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.View.Shape, StringComparer.Ordinal);
        var sizes = config ?? TorchvisionConfig.Infer(shapes.GetValueOrDefault, place);
        var classes = shapes.GetValueOrDefault($"{Head}bias") is [var count and > 0 and <= int.MaxValue]
            ? (int)count
            : throw new ModelException($"{place} has no {Head}bias of one dimension, so its classes are not known.");
        if (labels is not null && labels.Count != classes)
        {
            throw new ModelException($"{place} predicts {classes} classes, and {labels.Count} labels are given.");
        }

        var layout = new VitLayout(
            (VitConfig)
                (sizes with { Architectures = null, LayerNormEps = sizes.LayerNormEps ?? 1e-6 }).WithLabels(
                    labels ?? ModelConfig.NumberedLabels(classes)
                )
        );
        var source = new WeightSource(stored.Path, stored.Path, stored.FileBytes, tensors);
        return PretrainedModels.Build(
            layout,
            () => WeightMap.Of(place, [source], owner: null, layout.Catalogue.Prefix, CPU, ScalarType.Float32),
            Path.GetDirectoryName(Path.GetFullPath(stored.Path))!,
            new ModelOptions()
        );
    }

    private static IEnumerable<IReadOnlyList<(string Name, TensorView View)>> Members(StoredWeights stored)
    {
        if (stored.IsList)
        {
            return InOrder(stored);
        }

        var members = stored
            .Tensors.Select(tensor => (Parts: tensor.Name.Split('.', 3), tensor.View))
            .GroupBy(tensor =>
                tensor.Parts is ["member", var number, _]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    ? index
                    : throw new ModelException(
                        $"{stored.Path} holds {string.Join('.', tensor.Parts)}; names begin with {MemberPrefix} and a number here. Members on one base (LoRA_Former) are read by {nameof(OfficialCheckpoint)}."
                    )
            )
            .OrderBy(member => member.Key)
            .ToArray();
        return members.Index().All(member => member.Index == member.Item.Key)
            ? members.Select(member => (IReadOnlyList<(string, TensorView)>)[.. member.Select(tensor => (tensor.Parts[2], tensor.View))])
            : throw new ModelException(
                $"{stored.Path} holds the members {string.Join(", ", members.Take(20).Select(member => member.Key))}; they are numbered from 0 without gaps."
            );
    }

    /// <summary>A list has no names; a class token, the only tensor of its shape, begins each member.</summary>
    private static IEnumerable<IReadOnlyList<(string Name, TensorView View)>> InOrder(StoredWeights stored)
    {
        var views = stored.Tensors;
        int[] starts = [.. views.Index().Where(tensor => tensor.Item.View.Shape is [1, 1, _]).Select(tensor => tensor.Index)];
        var each = starts.Length > 0 ? views.Count / starts.Length : 0;
        if (
            starts.Length == 0
            || stored.WithoutData.Count > 0
            || (each - OuterTensors) % block.Length != 0
            || each <= OuterTensors
            || each * starts.Length != views.Count
            || starts.Index().Any(member => member.Item != member.Index * each)
        )
        {
            throw new ModelException(
                $"{stored.Path} is a list of {views.Count} tensors with {starts.Length} class tokens [1, 1, hidden]; a Deep_Ensemble has "
                    + $"{OuterTensors} + {block.Length} · blocks tensors per member, the class token first."
            );
        }

        var names = Names((each - OuterTensors) / block.Length);
        return starts.Select(first =>
            (IReadOnlyList<(string, TensorView)>)[.. names.Zip(views.Skip(first), (name, tensor) => (name, tensor.View))]
        );
    }

    /// <summary>torchvision's names of a whole network, in the order of its parameters.</summary>
    private static string[] Names(int layers) =>
        [
            .. start,
            .. Enumerable
                .Range(0, layers)
                .SelectMany(layer =>
                    block.Select(name => string.Create(CultureInfo.InvariantCulture, $"encoder.layers.encoder_layer_{layer}.{name}"))
                ),
            .. end,
        ];

    /// <summary>Tensors of their own by name, outside every scope; weights are not copied, only joined where the layout joins them.</summary>
    private static Dictionary<string, Tensor> Named(ModelEnsemble networks)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (member, model) in networks.Models.Index())
        {
            var names = Names(model.Config.NumHiddenLayers);
            var beside = names.ToFrozenSet(StringComparer.Ordinal);
            foreach (var name in names)
            {
                // one weight here, or the rows of several
                Tensor[] parts = [.. NameTable.Default.Match(name, beside).Names.Select(weight => model.Parameters[weight])];
                tensors.Add(
                    string.Create(CultureInfo.InvariantCulture, $"{MemberPrefix}{member}.{name}"),
                    (parts is [var alone] ? alone.alias() : cat(parts)).DetachFromDisposeScope()
                );
            }
        }

        return tensors;
    }
}
