using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Compute;
using LoRAEnsembleHub.Models.Blocks;
using LoRAEnsembleHub.Native;
using LoRAEnsembleHub.Onnx;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>A frozen transformer that sets of adapters can be attached to, swapped on and detached from.</summary>
/// <remarks>
/// The weights never change: a set of members is a value beside them, and attaching it sets one reference. Forward passes may run on
/// several threads; each one uses the set that was attached when it began.
/// </remarks>
public abstract class PretrainedModel : PredictiveModel
{
    /// <summary>The file with the weights of a model that was written here.</summary>
    internal const string WeightsFile = "model.safetensors";

    /// <summary>The file that says what the weights belong to.</summary>
    internal const string ConfigFile = "config.json";

    private const double DefaultEps = 1e-12;
    private readonly ModelLayout layout;
    private readonly IReadOnlyList<string> heads;
    private volatile Attachment? attachment;

    private protected PretrainedModel(
        ModelLayout layout,
        ParameterSet parameters,
        IReadOnlyList<string> heads,
        BaseIdentity identity,
        LoadReport report
    ) => (this.layout, Parameters, this.heads, Identity, Report) = (layout, parameters, heads, identity, report);

    /// <summary>The config.json, field for field.</summary>
    public ModelConfig Config => layout.Config;

    /// <summary>Where the model came from and the hashes of its weights.</summary>
    public BaseIdentity Identity { get; }

    /// <summary>What adapters can be attached to.</summary>
    internal AdapterCatalogue Catalogue => layout.Catalogue;

    /// <summary>What the checkpoint held.</summary>
    public LoadReport Report { get; }

    /// <summary>Class names of the base's own head by index; empty when it has none.</summary>
    public IReadOnlyList<string> Labels => heads.Count == 0 ? [] : Config.Labels;

    /// <inheritdoc />
    public override string ModelType => Config.ModelType;

    /// <inheritdoc />
    public override int? Members => attachment?.Set.Count;

    /// <summary>The members in use, or null.</summary>
    public MemberSet? Attached => attachment?.Set;

    /// <summary>Where weights live and computing happens.</summary>
    public Device Device => Parameters.Device;

    /// <summary>Element type of weights and activations.</summary>
    public ScalarType Dtype => Parameters.Dtype;

    /// <summary>Number of parameters of the base.</summary>
    public long ParameterCount => Parameters.Count;

    /// <summary>The route that was asked for when the model was loaded.</summary>
    internal ProductRoute AskedRoute { get; set; }

    /// <summary>The route that products take in training: the one asked for, or what a trial says.</summary>
    internal ProductRoute Route => RouteBy(RouteTrial.Fastest);

    /// <summary>The route that they take in predictions.</summary>
    internal ProductRoute PredictionRoute => RouteBy(RouteTrial.FastestOfPredictions);

    internal ParameterSet Parameters { get; }

    /// <summary>All weights by canonical name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Weights => Parameters.All;

    /// <summary>Encoder blocks.</summary>
    internal int BlockCount => Blocks.Count;

    /// <summary>Epsilon of every layer norm.</summary>
    private protected double Eps => Config.LayerNormEps ?? DefaultEps;

    internal abstract IReadOnlyList<EncoderBlock> Blocks { get; }

    /// <summary>Adds a set of members to a model that has none attached.</summary>
    /// <param name="set">The members; stays the caller's and must outlive its use here.</param>
    /// <exception cref="AdapterException">Another set is attached, or the set does not fit; the model is as it was.</exception>
    public void Attach(MemberSet set)
    {
        if (attachment is not null)
        {
            throw new AdapterException(
                $"{attachment.Set.Name} is attached already. Use Swap to put another set in its place, or Detach it first."
            );
        }

        Swap(set);
    }

    /// <summary>Puts a set of members in the place of whatever is attached; the base is neither touched nor copied.</summary>
    /// <param name="set">The members; stays the caller's and must outlive its use here.</param>
    /// <returns>The set that was attached, or null.</returns>
    /// <exception cref="AdapterException">The set does not fit; what was attached still is.</exception>
    public MemberSet? Swap(MemberSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var next = new Attachment(set, set.Compile(Catalogue, Device, Dtype));
        var before = attachment;
        attachment = next;
        return before?.Set;
    }

    /// <summary>Takes the attached set off; the model answers as the base alone again.</summary>
    /// <returns>The set that was attached, or null.</returns>
    public MemberSet? Detach()
    {
        var before = attachment;
        attachment = null;
        return before?.Set;
    }

    /// <summary>Attaches what was attached before, or nothing.</summary>
    /// <param name="before">What <see cref="Swap"/> gave back.</param>
    internal void Restore(MemberSet? before)
    {
        if (before is null)
        {
            Detach();
        }
        else
        {
            Swap(before);
        }
    }

    /// <summary>Makes the plain model that one member of a set amounts to: W + s B A in every adapted projection, and the member's head.</summary>
    /// <param name="set">Members that fit this model; not changed.</param>
    /// <param name="member">Which one, from 0.</param>
    /// <param name="labels">Class names of the member's head, or null for numbered ones; not used when the member has no head of its own.</param>
    /// <returns>A model of its own; weights that the member does not change are shared with this one, not copied.</returns>
    /// <exception cref="AdapterException">The set does not fit.</exception>
    /// <exception cref="ArgumentException">There are not as many labels as classes.</exception>
    public PretrainedModel Merge(AdapterSet set, int member, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfNegative(member);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member, set.Count);
        set.Check(Catalogue);
        return Over(set.MergeInto(Parameters, Catalogue, member), labels);
    }

    /// <summary>A model of the same make over other weights.</summary>
    /// <param name="parameters">By canonical name, with the parameters of one head or of none; taken over.</param>
    /// <param name="labels">Class names of the head, or null for numbered ones.</param>
    internal PretrainedModel Over(ParameterSet parameters, IReadOnlyList<string>? labels)
    {
        var head = Catalogue.Heads.FirstOrDefault(layout =>
            layout.Parameters.All(parameter => parameters.Find(parameter.Name) is not null)
        );
        var classes = head?.ClassesOf(name => parameters[name].shape) ?? Config.Classes;
        if (labels is not null && labels.Count != classes)
        {
            parameters.Dispose();
            throw new ArgumentException(
                $"{labels.Count} labels were given for a head of {classes} classes; give one for each.",
                nameof(labels)
            );
        }

        var same = labels is null && classes == Config.Classes;
        var names = labels ?? ModelConfig.NumberedLabels((int)classes);
        var model = (same ? layout : layout.With(Config.WithLabels(names))).Build(parameters, head?.Modules ?? [], Identity, Report);
        model.AskedRoute = AskedRoute;
        return model;
    }

    /// <summary>Copies of everything that logits are computed from besides the head, by canonical name; outside every scope.</summary>
    internal Dictionary<string, Tensor> CopyOfBackbone() =>
        layout
            .Backbone(false, name => Parameters.Find(name)?.shape)
            .ToDictionary(
                weight => weight.Name,
                weight => Parameters[weight.Name].detach().clone().DetachFromDisposeScope(),
                StringComparer.Ordinal
            );

    /// <summary>The same weights, not copied, as numbers that nothing learns any more.</summary>
    /// <param name="labels">Class names of the head, or null for numbered ones.</param>
    /// <param name="head">A head to put on; taken over.</param>
    internal PretrainedModel Settled(IReadOnlyList<string>? labels, IReadOnlyDictionary<string, Tensor>? head = null) =>
        Over(
            new ParameterSet(
                Parameters
                    .All.Select(weight => KeyValuePair.Create(weight.Key, weight.Value.detach().DetachFromDisposeScope()))
                    .Concat(head ?? new Dictionary<string, Tensor>())
                    .ToDictionary(StringComparer.Ordinal)
            ),
            labels
        );

    /// <summary>Writes the model as transformers 4 would: config.json and model.safetensors.</summary>
    /// <param name="folder">Made when absent; files of these names are replaced.</param>
    /// <param name="cancellationToken">Stops the writing; a file is either the old or the new one.</param>
    public Task SaveAsync(string folder, CancellationToken cancellationToken = default) => SaveAsync(folder, null, cancellationToken);

    /// <summary>The same, with entries for the header of the weights besides <c>format</c>.</summary>
    internal async Task SaveAsync(string folder, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Directory.CreateDirectory(folder);
        string Full(string name) =>
            heads.Any(head => name.StartsWith(head + ".", StringComparison.Ordinal)) || heads.Count == 0 ? name : Catalogue.Prefix + name;
        var entries = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { ["format"] = "pt" };
        var named = Parameters.All.Select(entry => KeyValuePair.Create(Full(entry.Key), entry.Value));
        await TensorFile.WriteAsync(Path.Combine(folder, WeightsFile), named, entries, cancellationToken).ConfigureAwait(false);
        var config = Config with { LayerNormEps = Eps, Architectures = [layout.PythonClass(heads)] };
        await TextFile.WriteAsync(Path.Combine(folder, ConfigFile), config.ToJson(), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    /// <exception cref="ObjectDisposedException">The attached set was disposed.</exception>
    public sealed override ModelOutputs Forward(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= ForwardOptions.Default;
        var current = attachment;
        current?.Set.ThrowIfDisposed();
        ComputeThreads.Apply();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        return new EncoderRun(this, options.Chosen(current?.Members), options).Predict(Prepare(inputs, options));
    }

    /// <summary>Logits of trainable members, in the caller's scope and with gradients where the members have them.</summary>
    /// <param name="inputs">Checked tensors by name.</param>
    /// <param name="members">Updates and heads that gradients are wanted for.</param>
    /// <param name="dropout">Draws dropout masks; null runs in evaluation mode.</param>
    /// <param name="route">A decided route of the products; null takes the model's.</param>
    /// <returns>[members, batch, classes].</returns>
    internal Tensor ForwardForTraining(
        IReadOnlyDictionary<string, Tensor> inputs,
        AttachedMembers members,
        Generator? dropout,
        ProductRoute? route = null
    )
    {
        using var scope = NewDisposeScope();
        var run = new EncoderRun(this, members.WithUpdatesIn(Dtype), ForwardOptions.Default);
        return run.Logits(Prepare(inputs, ForwardOptions.Default), dropout, route ?? Route).MoveToOuterDisposeScope();
    }

    /// <summary>The model and whatever is attached as an ONNX graph, whose numbers are fetched only when they are written.</summary>
    /// <param name="adapterInputs">Whether the members' numbers are inputs of the graph.</param>
    /// <exception cref="ModelException">There is no head, or a part has no form in ONNX.</exception>
    internal OnnxGraph ToOnnx(bool adapterInputs)
    {
        var set = attachment?.Set;
        set?.ThrowIfDisposed();
        var members = set?.Compile(Catalogue, CPU, ScalarType.Float32);
        var modules = HeadModules(members);
        var tokens = modules.Count == 0 ? 0 : TokensRead(modules);
        return layout.Graph.Write(new OnnxSource(Parameters, Catalogue, members, modules, tokens, Eps), adapterInputs);
    }

    /// <summary>Frees the base's weights. Attached sets are the caller's and stay.</summary>
    public sealed override void Dispose()
    {
        attachment = null;
        Parameters.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Checks the inputs and brings them to the model's device and type; results in the current scope.</summary>
    internal abstract IReadOnlyDictionary<string, Tensor> Prepare(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options);

    /// <summary>Which of the inputs is 0 for tokens that only fill up, or null when all tokens count.</summary>
    internal abstract Tensor? FillMask(IReadOnlyDictionary<string, Tensor> inputs);

    /// <summary>Rough bytes of activations per example and member in one block.</summary>
    internal abstract long RowBytes(IReadOnlyDictionary<string, Tensor> inputs, ForwardOptions options);

    /// <summary>So many tokens at the front hold everything that heads read.</summary>
    /// <param name="heads">The head modules; not empty.</param>
    internal abstract long TokensRead(IReadOnlyList<string> heads);

    /// <summary>Input to the first block: [1, batch·tokens, hidden].</summary>
    internal abstract (Tensor Hidden, EncoderPass Pass) Embed(
        IReadOnlyDictionary<string, Tensor> inputs,
        ForwardOptions options,
        Generator? dropout
    );

    /// <summary>Everything after the last block, by output name: [members or 1, batch, …], in the current scope.</summary>
    /// <param name="states">[members or 1, batch, tokens, hidden]; tokens that no head reads are missing unless hidden states are asked for or there is no head.</param>
    /// <param name="pass">What was run.</param>
    /// <param name="members">The members, or null for the base alone.</param>
    /// <param name="hiddenStates">Whether the last states are wanted too.</param>
    internal abstract Dictionary<string, Tensor> Finish(Tensor states, EncoderPass pass, AttachedMembers? members, bool hiddenStates);

    /// <summary>The head to compute with: the members' own, else the base's with a members axis of one, in the current scope.</summary>
    /// <returns>Its modules, none when there is no head, and its parameters by name, [members or 1, …].</returns>
    private protected (IReadOnlyList<string> Modules, IReadOnlyDictionary<string, Tensor> Parameters) HeadFor(AttachedMembers? members)
    {
        if (members is { Head.Count: > 0 })
        {
            return (HeadModules(members), members.Head);
        }

        var shared = Parameters
            .All.Where(entry => heads.Any(head => entry.Key.StartsWith(head + ".", StringComparison.Ordinal)))
            .ToDictionary(entry => entry.Key, entry => entry.Value.unsqueeze(0), StringComparer.Ordinal);
        return (heads, shared);
    }

    /// <summary>The modules that make logits: the members' own, else the base's; none when there is no head.</summary>
    internal IReadOnlyList<string> HeadModules(AttachedMembers? members) =>
        members is { Head.Count: > 0 }
            ? Catalogue.Heads.First(head => head.Parameters.All(parameter => members.Head.ContainsKey(parameter.Name))).Modules
            : heads;

    /// <summary>Rough bytes of activations of one example and member in one block.</summary>
    private protected long RowBytes(long tokens) => tokens * ((8L * Config.HiddenSize) + (2L * Config.IntermediateSize)) * Dtype.Bytes();

    private ProductRoute RouteBy(Func<long, ProductRoute> trial) =>
        !FrozenProduct.HasRoutes(Device, Dtype) ? ProductRoute.Matrix
        : AskedRoute == ProductRoute.Automatic ? trial(Config.HiddenSize)
        : AskedRoute;

    private sealed record Attachment(MemberSet Set, AttachedMembers Members);
}
