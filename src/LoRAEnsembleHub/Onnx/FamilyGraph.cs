using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;

namespace LoRAEnsembleHub.Onnx;

/// <summary>Writes down what a family of models computes as an ONNX graph; families differ in front of the blocks and behind them.</summary>
/// <param name="config">The model's config.</param>
internal abstract class FamilyGraph(ModelConfig config)
{
    /// <summary>Writes down a model.</summary>
    /// <param name="source">The numbers.</param>
    /// <param name="adapterInputs">Whether the members' numbers are inputs of the graph.</param>
    /// <exception cref="ModelException">There is no head, or a part has no form in ONNX.</exception>
    public OnnxGraph Write(OnnxSource source, bool adapterInputs)
    {
        if (source.HeadModules.Count == 0)
        {
            throw new ModelException("This model has no head, so a file of it would give no logits. Attach adapters that bring one.");
        }

        if (adapterInputs && source.Members is null)
        {
            throw new ModelException("No members are attached, so there is no adapter that could be an input. Attach an ensemble.");
        }

        var layers = new OnnxLayers(new OnnxGraph(config.ModelType), source, adapterInputs);
        var (x, mask) = Embed(layers);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            var kept = layer == config.NumHiddenLayers - 1 ? source.TokensRead : (long?)null;
            x = new OnnxBlock(layers, config, BlockOf(layer), layer).Add(x, mask, kept);
        }

        Finish(layers, x);
        return layers.Graph;
    }

    /// <summary>Where the norms of a block stand and what they are called.</summary>
    protected abstract OnnxNorms BlockOf(int layer);

    /// <summary>Adds the inputs and the input to the first block: [1, batch, tokens, hidden], and what is added to attention scores, or null.</summary>
    protected abstract (string Hidden, string? Mask) Embed(OnnxLayers layers);

    /// <summary>Adds everything behind the last block: logits.</summary>
    /// <param name="layers">The graph.</param>
    /// <param name="states">[members or 1, batch, tokens read, hidden].</param>
    protected abstract void Finish(OnnxLayers layers, string states);
}

/// <summary>The layer norms of a block.</summary>
/// <param name="Placement">Before or behind attention and feed-forward.</param>
/// <param name="Attention">Path of the one at the attention.</param>
/// <param name="FeedForward">Path of the one at the feed-forward.</param>
internal sealed record OnnxNorms(NormPlacement Placement, string Attention, string FeedForward);
