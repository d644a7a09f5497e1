namespace LoRAEnsembleHub.Safetensors.Sharding;

/// <summary>Joins the tensors of several files under one roof and proves that they are what the index says.</summary>
internal static class ShardCatalogue
{
    /// <summary>Checks the map against the files.</summary>
    /// <param name="map">Shard name for each tensor name.</param>
    /// <param name="files">The opened file for each shard name.</param>
    /// <param name="indexPath">Path of the index, for messages.</param>
    /// <returns>The mapped tensors, in the order of the files and of their bytes, and those that the index leaves out.</returns>
    public static (Dictionary<string, TensorView> Mapped, List<TensorView> Unmapped) Join(
        Dictionary<string, string> map,
        IReadOnlyDictionary<string, SafetensorsFile> files,
        string indexPath
    )
    {
        foreach (var (tensor, shard) in map)
        {
            if (!files[shard].Contains(tensor))
            {
                throw new SafetensorsException(
                    SafetensorsDefect.TensorNotInShard,
                    indexPath,
                    tensor,
                    $"the index says it is in {SafetensorsException.Quote(shard)}, but it is not."
                );
            }
        }

        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        var mapped = new Dictionary<string, TensorView>(map.Count, StringComparer.Ordinal);
        var unmapped = new List<TensorView>();
        foreach (var (shard, file) in files.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            foreach (var tensor in file.Tensors)
            {
                if (!holders.TryAdd(tensor.Name, shard))
                {
                    var both = $"{SafetensorsException.Quote(holders[tensor.Name])} and {SafetensorsException.Quote(shard)}";
                    throw new SafetensorsException(
                        SafetensorsDefect.TensorInTwoShards,
                        indexPath,
                        tensor.Name,
                        $"both {both} hold it; it must be in one shard only."
                    );
                }

                if (map.ContainsKey(tensor.Name))
                {
                    mapped.Add(tensor.Name, tensor);
                }
                else
                {
                    unmapped.Add(tensor);
                }
            }
        }

        return (mapped, unmapped);
    }
}
