using LoRAEnsembleHub.Safetensors.Sharding;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>A checkpoint in one file or in several, presented as one catalogue of tensors.</summary>
/// <remarks>The names of files and the form of the index are those of transformers. Disposing it disposes its files.</remarks>
public sealed class SafetensorsShards : IDisposable
{
    private SafetensorsShards(
        string origin,
        IReadOnlyList<SafetensorsFile> files,
        Dictionary<string, TensorView> tensors,
        IReadOnlyList<TensorView> unmapped
    ) => (Origin, Files, Tensors, UnmappedTensors) = (origin, files, tensors.AsReadOnly(), unmapped);

    /// <summary>The path of the single file or of the index.</summary>
    public string Origin { get; }

    /// <summary>The files, in the order of their names.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>All tensors by name: those that the index maps, or all of a single file.</summary>
    public IReadOnlyDictionary<string, TensorView> Tensors { get; }

    /// <summary>Tensors that a shard holds and the index does not mention; they are not in <see cref="Tensors"/>.</summary>
    public IReadOnlyList<TensorView> UnmappedTensors { get; }

    /// <summary>The tensor of this name.</summary>
    /// <param name="name">The full name; upper and lower case differ.</param>
    /// <exception cref="SafetensorsException">There is none; the message lists names like it.</exception>
    public TensorView this[string name] =>
        Tensors.TryGetValue(name, out var tensor) ? tensor : throw NearNames.NotFound(name, Origin, [.. Tensors.Keys]);

    /// <summary>Opens <c>model.safetensors</c> of a folder or, where there is none, the shards of <c>model.safetensors.index.json</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="variant">
    /// A word in the file names, for example <c>fp16</c> for <c>model.fp16.safetensors</c> and <c>model.safetensors.index.fp16.json</c>;
    /// null for none.
    /// </param>
    /// <returns>The checkpoint, which the caller disposes.</returns>
    /// <exception cref="SafetensorsException">The index or a file breaks a rule, or they do not agree.</exception>
    /// <exception cref="FileNotFoundException">The folder holds neither.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static SafetensorsShards OpenFolder(string folder, string? variant = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var word = variant is null ? "" : $".{variant}";
        if (word.AsSpan().ContainsAny('/', '\\', ':'))
        {
            throw new ArgumentException($"The variant is a word in a file name; {variant} is not.", nameof(variant));
        }

        var single = Path.Join(folder, $"model{word}.safetensors");
        var index = Path.Join(folder, $"model.safetensors.index{word}.json");
        if (File.Exists(single))
        {
            return OpenSingle(single);
        }

        return File.Exists(index)
            ? OpenIndex(index)
            : throw new FileNotFoundException($"{folder} holds neither {Path.GetFileName(single)} nor {Path.GetFileName(index)}.", single);
    }

    /// <summary>Opens the shards that an index names; they lie beside it.</summary>
    /// <param name="path">The index, a JSON file with a <c>weight_map</c>.</param>
    /// <returns>The checkpoint, which the caller disposes.</returns>
    /// <exception cref="SafetensorsException">The index or a file breaks a rule, or they do not agree.</exception>
    /// <exception cref="IOException">The index or a shard is not there or cannot be read.</exception>
    public static SafetensorsShards OpenIndex(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var map = ShardIndex.Read(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var files = new SortedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var shard in map.Values.Distinct(StringComparer.Ordinal))
            {
                files.Add(shard, SafetensorsFile.Open(Path.Join(folder, shard)));
            }

            var (mapped, unmapped) = ShardCatalogue.Join(map, files, path);
            return new SafetensorsShards(path, [.. files.Values], mapped, unmapped);
        }
        catch
        {
            DisposeAll(files.Values);
            throw;
        }
    }

    /// <summary>Closes all files.</summary>
    public void Dispose() => DisposeAll(Files);

    private static SafetensorsShards OpenSingle(string path)
    {
        var file = SafetensorsFile.Open(path);
        var tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        return new SafetensorsShards(path, [file], tensors, []);
    }

    private static void DisposeAll(IEnumerable<SafetensorsFile> files)
    {
        foreach (var file in files)
        {
            file.Dispose();
        }
    }
}
