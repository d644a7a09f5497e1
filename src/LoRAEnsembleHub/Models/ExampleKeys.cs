using System.Buffers.Binary;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Models;

/// <summary>Numbers that stand for examples by what they are, wherever in a batch they stand.</summary>
internal static class ExampleKeys
{
    /// <summary>One number per example: from a hash of its inputs, without what fills it up.</summary>
    /// <param name="inputs">Prepared inputs by name, batch first.</param>
    /// <param name="mask">The one of them that is 0 where a token only fills up, or null.</param>
    public static long[] Of(IReadOnlyDictionary<string, Tensor> inputs, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var contents = inputs
            .Where(input => !ReferenceEquals(input.Value, mask))
            .OrderBy(input => input.Key, StringComparer.Ordinal)
            .Select(input => input.Value.is_floating_point() ? input.Value.to(ScalarType.Float32) : input.Value)
            .ToArray();
        return [.. Enumerable.Range(0, (int)contents[0].size(0)).Select(row => Key(contents, row, mask?[row].@bool()))];
    }

    /// <summary>Per example which tokens count.</summary>
    /// <param name="mask">[batch, tokens]; 0 where a token only fills up.</param>
    public static bool[][] Counts(Tensor mask)
    {
        using var scope = NewDisposeScope();
        bool[] all = mask.@bool().cpu().contiguous().data<bool>().ToArray();
        var rows = all.Chunk((int)mask.size(1)).ToArray();
        foreach (var row in rows.Where(row => !row.Contains(true)))
        {
            row.AsSpan().Fill(true); // a text without tokens attends to what fills it up
        }

        return rows;
    }

    private static long Key(Tensor[] contents, int row, Tensor? counts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var content in contents)
        {
            var own = counts is null ? content[row] : content[row].masked_select(counts);
            hash.AppendData(own.cpu().contiguous().bytes);
        }

        return BinaryPrimitives.ReadInt64LittleEndian(hash.GetHashAndReset());
    }
}
