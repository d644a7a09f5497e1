using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Takes inputs through a model: blocks that no member adapts once for all members, the others for a few members at a time.</summary>
/// <param name="model">Whose weights and blocks.</param>
/// <param name="members">What is attached, on the model's device; null for the base alone.</param>
/// <param name="options">What is wanted.</param>
internal sealed class EncoderRun(PretrainedModel model, AttachedMembers? members, ForwardOptions options)
{
    /// <summary>Predictions, as many examples and members at a time as memory allows.</summary>
    /// <param name="inputs">Checked and on the model's device, by name, batch first.</param>
    /// <returns>Outputs in float32, outside every scope.</returns>
    internal ModelOutputs Predict(IReadOnlyDictionary<string, Tensor> inputs)
    {
        var batch = inputs.Values.First().size(0);
        var plan = ChunkPlan.For(members?.Count ?? 1, batch, model.RowBytes(inputs, options), model.Device.type, options);
        var parts = new List<Dictionary<string, Tensor>>();
        for (long first = 0; first < batch; first += plan.Batch)
        {
            var count = Math.Min(plan.Batch, batch - first);
            parts.Add(PredictPart(inputs.ToDictionary(input => input.Key, input => input.Value.narrow(0, first, count)), plan.Members));
        }

        return new ModelOutputs(
            parts[0]
                .Keys.ToDictionary(
                    name => name,
                    name =>
                    {
                        var joined = parts.Count == 1 ? parts[0][name] : cat([.. parts.Select(part => part[name])], 1); // [members, batch, …]
                        var shaped = members is null ? joined.squeeze(0) : joined;
                        return shaped.to(ScalarType.Float32).contiguous().DetachFromDisposeScope();
                    }
                )
        );
    }

    /// <summary>Logits with gradients where the members have them; they and all that they are computed from are in the current scope.</summary>
    /// <param name="inputs">Checked and on the model's device, by name, batch first.</param>
    /// <param name="dropout">Draws dropout masks; null runs in evaluation mode.</param>
    /// <param name="route">The route that products take.</param>
    /// <returns>[members, batch, classes].</returns>
    internal Tensor Logits(IReadOnlyDictionary<string, Tensor> inputs, Generator? dropout, ProductRoute route)
    {
        var (x, pass) = Begin(inputs, dropout, route);
        if (members!.KeyDropout is { } keys)
        {
            // which keys are dropped changes from update to update with the seed, so the place in the batch will do
            long[] places = [.. Enumerable.Range(0, (int)pass.Batch).Select(place => (long)place)];
            pass = pass with { Keys = MasksFor(keys, places, inputs) with { Passes = members.Count } };
        }

        for (var layer = 0; layer < model.BlockCount; layer++)
        {
            x = RunBlock(layer, x, pass, members.Blocks[layer]);
        }

        return Results(x, pass.Behind, members)["logits"];
    }

    private Dictionary<string, Tensor> PredictPart(Dictionary<string, Tensor> inputs, int memberChunk)
    {
        using var scope = NewDisposeScope();
        var (trunk, pass) = Begin(inputs, null, model.PredictionRoute);
        var masks = members?.KeyDropout is { } keys ? MasksFor(keys, ExampleKeys.Of(inputs, model.FillMask(inputs)), inputs) : null;
        var shared = new List<Tensor> { trunk };
        var split = members?.FirstAdapted ?? model.BlockCount;
        for (var layer = 0; layer < split; layer++)
        {
            trunk = RunBlock(layer, trunk, pass, BlockUpdates.None);
            if (!options.HiddenStates)
            {
                shared[0].Dispose();
                shared.Clear();
            }

            shared.Add(trunk);
        }

        var chunks = new List<Dictionary<string, Tensor>>();
        var count = members?.Count ?? 1;
        for (var first = 0; first < count; first += memberChunk)
        {
            var chunk = members?.Members(first, Math.Min(memberChunk, count - first));
            var branch = masks is null ? pass : pass with { Keys = masks with { First = chunk!.First, Passes = chunk.Count } };
            chunks.Add(Branch(shared, branch, chunk, split));
        }

        return chunks[0]
            .Keys.ToDictionary(
                name => name,
                name => (chunks.Count == 1 ? chunks[0][name] : cat([.. chunks.Select(chunk => chunk[name])], 0)).MoveToOuterDisposeScope()
            );
    }

    /// <summary>From the first adapted block to the outputs, for one chunk of members.</summary>
    private Dictionary<string, Tensor> Branch(IReadOnlyList<Tensor> shared, EncoderPass pass, AttachedMembers? chunk, int split)
    {
        using var scope = NewDisposeScope();
        var states = options.HiddenStates ? new List<Tensor>(shared) : null;
        var x = shared[^1];
        for (var layer = split; layer < model.BlockCount; layer++)
        {
            var before = x;
            x = RunBlock(layer, x, pass, chunk!.Blocks[layer]);
            states?.Add(x);
            if (states is null && layer > split)
            {
                before.Dispose();
            }
        }

        var outputs = Results(x, pass.Behind, chunk);
        for (var index = 0; index < states?.Count; index++)
        {
            outputs.Add($"hidden_states.{index}", states[index].view(states[index].size(0), pass.Batch, pass.Tokens, -1));
        }

        // whatever was computed once for all members is repeated only now, in the results
        var width = chunk?.Count ?? 1;
        return outputs.ToDictionary(
            output => output.Key,
            output =>
            {
                var shape = output.Value.shape;
                shape[0] = width;
                return output.Value.expand(shape).MoveToOuterDisposeScope();
            }
        );
    }

    // Embeds the inputs and decides how the blocks are run.
    private (Tensor Hidden, EncoderPass Pass) Begin(IReadOnlyDictionary<string, Tensor> inputs, Generator? dropout, ProductRoute route)
    {
        var (hidden, pass) = model.Embed(inputs, options, dropout);
        var modules = model.HeadModules(members);
        var kept = options.HiddenStates || modules.Count == 0 ? pass.Tokens : model.TokensRead(modules);
        return (hidden, pass with { Route = route, Kept = kept });
    }

    // Only the last block leaves tokens out: what the others leave out would be missing as keys and values.
    private Tensor RunBlock(int layer, Tensor x, EncoderPass pass, BlockUpdates updates) =>
        model.Blocks[layer].Forward(x, (layer == model.BlockCount - 1 ? pass : pass.Whole) with { Layer = layer }, updates);

    private KeyMasks MasksFor(KeyDropout settings, IReadOnlyList<long> examples, IReadOnlyDictionary<string, Tensor> inputs) =>
        new(settings, examples, model.FillMask(inputs) is { } mask ? ExampleKeys.Counts(mask) : null);

    // What is computed on the way to the results is let go of at once.
    private Dictionary<string, Tensor> Results(Tensor hidden, EncoderPass pass, AttachedMembers? chunk)
    {
        using var scope = NewDisposeScope();
        var states = hidden.view(hidden.size(0), pass.Batch, pass.Tokens, -1); // [members or 1, batch, tokens, hidden]
        return model
            .Finish(states, pass, chunk, options.HiddenStates)
            .ToDictionary(output => output.Key, output => output.Value.MoveToOuterDisposeScope());
    }
}
