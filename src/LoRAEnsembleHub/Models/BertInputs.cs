using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>The inputs of a BERT, checked whole before anything is computed with them.</summary>
internal static class BertInputs
{
    /// <summary>Token ids: [batch, tokens].</summary>
    public const string Ids = "input_ids";

    /// <summary>1 for tokens of the text, 0 for what fills it up: [batch, tokens]; left out when all count.</summary>
    public const string Mask = "attention_mask";

    /// <summary>0 for tokens of the first text, 1 for those of the second: [batch, tokens]; left out when all are 0.</summary>
    public const string Types = "token_type_ids";

    /// <summary>Checks the inputs and brings them to a device; results in the current scope.</summary>
    /// <returns>Whole numbers by name; a mask only where it hides something, so that unpadded batches are computed without one.</returns>
    /// <exception cref="ModelException">An input is missing, of another shape, or holds an id that the model does not know.</exception>
    public static IReadOnlyDictionary<string, Tensor> Checked(IReadOnlyDictionary<string, Tensor> inputs, BertConfig config, Device device)
    {
        var ids = InputTensors.Get(inputs, Ids);
        var shape = ids.shape;
        if (shape is not [>= 1, >= 1])
        {
            throw new ModelException($"{Ids} is [{string.Join(", ", shape)}]; needed is [batch, tokens], both 1 or more.");
        }

        if (shape[1] > config.MaxPositionEmbeddings)
        {
            throw new ModelException(
                $"{Ids} has {shape[1]} tokens per text; the model knows {config.MaxPositionEmbeddings} positions. Truncate the texts."
            );
        }

        var prepared = new Dictionary<string, Tensor> { [Ids] = Numbers(Ids, ids, shape, config.VocabSize, "the vocabulary").to(device) };
        if (InputTensors.Find(inputs, Mask) is { } mask)
        {
            var numbers = Numbers(Mask, mask, shape, 2, "a mask");
            if (!numbers.all().item<bool>())
            {
                prepared.Add(Mask, numbers.to(device));
            }
        }

        if (InputTensors.Find(inputs, Types) is { } types)
        {
            prepared.Add(Types, Numbers(Types, types, shape, config.TypeVocabSize, "the model").to(device));
        }

        return prepared;
    }

    private static Tensor Numbers(string name, Tensor values, long[] shape, int limit, string owner)
    {
        if (!values.shape.SequenceEqual(shape))
        {
            throw new ModelException(
                $"{name} is [{string.Join(", ", values.shape)}]; {Ids} is [{string.Join(", ", shape)}], and both must have the same shape."
            );
        }

        if (values.dtype is not (ScalarType.Int64 or ScalarType.Int32 or ScalarType.Bool))
        {
            throw new ModelException($"{name} is {values.dtype}; needed are whole numbers, Int64 or Int32.");
        }

        var numbers = values.to(ScalarType.Int64);
        var (lowest, highest) = (numbers.min().item<long>(), numbers.max().item<long>());
        return lowest >= 0 && highest < limit
            ? numbers
            : throw new ModelException(
                $"{name} holds {(lowest < 0 ? lowest : highest)}; {owner} has 0 to {limit - 1}. Was the text prepared for another model?"
            );
    }
}
