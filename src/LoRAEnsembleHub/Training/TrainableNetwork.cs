using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>A copy of the base whose weights are learned, with or without a head of its own.</summary>
internal sealed class TrainableNetwork : IDisposable
{
    private const long NoiseStream = 2_000_000;
    private static readonly string[] noisy = ["weight", "bias"];

    private TrainableNetwork(PretrainedModel model, SortedDictionary<string, Tensor> parameters) =>
        (Model, Parameters) = (model, parameters);

    /// <summary>The network; its weights are <see cref="Parameters"/>.</summary>
    public PretrainedModel Model { get; }

    /// <summary>By canonical name, each asking for its gradient.</summary>
    public SortedDictionary<string, Tensor> Parameters { get; }

    /// <summary>Copies a base and gives it a fresh head, the same that a member of this number gets whatever the method.</summary>
    /// <param name="source">The base; not changed.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="labels">Class names of the head.</param>
    /// <param name="member">Which member the network is; decides head and noise.</param>
    public static TrainableNetwork Draw(PretrainedModel source, TrainingOptions options, IReadOnlyList<string> labels, int member)
    {
        using var scope = NewDisposeScope();
        var values = source.CopyOfBackbone();
        AddNoise(values, source.Catalogue, options, member);
        foreach (var (name, head) in MemberDraws.Heads(source.Catalogue.Heads[0], 1, labels.Count, options.Seed + member))
        {
            values.Add(name, head[0].clone().to(source.Device).DetachFromDisposeScope());
        }

        return Of(source, values, labels);
    }

    /// <summary>Copies a base without its head.</summary>
    public static TrainableNetwork Headless(PretrainedModel source) => Of(source, source.CopyOfBackbone(), null);

    public void Dispose() => Model.Dispose();

    private static TrainableNetwork Of(PretrainedModel source, Dictionary<string, Tensor> values, IReadOnlyList<string>? labels)
    {
        foreach (var value in values.Values)
        {
            value.requires_grad_();
        }

        var model = source.Over(new ParameterSet(values), labels);
        return new TrainableNetwork(model, new SortedDictionary<string, Tensor>(model.Weights.ToDictionary(), StringComparer.Ordinal));
    }

    /// <summary>W + α std(W) N(0, 1) for every weight and bias of attention and feed-forward in the last blocks.</summary>
    /// <remarks>LoRA-Ensemble's README; its code perturbs other blocks than the last ones, which is not repeated here.</remarks>
    private static void AddNoise(Dictionary<string, Tensor> values, AdapterCatalogue catalogue, TrainingOptions options, int member)
    {
        if (options.NoiseScale == 0)
        {
            return;
        }

        using var quiet = no_grad();
        var blocks = catalogue.Sites.Max(site => site.Layer) + 1;
        if (options.NoiseLayers > blocks)
        {
            throw TrainingException.OfSetting($"noise_layers is {options.NoiseLayers}; the model has {blocks} blocks.");
        }

        var first = blocks - (options.NoiseLayers ?? blocks);
        foreach (var (index, site) in catalogue.Sites.Index().Where(entry => entry.Item.Layer >= first))
        {
            foreach (var (kind, suffix) in noisy.Index())
            {
                if (values.TryGetValue($"{site.Name}.{suffix}", out var value))
                {
                    var noise = MemberDraws.Fill(
                        [1, .. value.shape],
                        options.Seed + member,
                        NoiseStream + (2 * index) + kind,
                        MemberDraws.Gaussian()
                    )[0];
                    value.add_(noise.to(value.device) * (options.NoiseScale * value.std()));
                }
            }
        }
    }
}
