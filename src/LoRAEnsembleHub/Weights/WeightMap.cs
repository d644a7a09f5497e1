using System.Collections.Frozen;
using LoRAEnsembleHub.Safetensors;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Weights;

/// <summary>The tensors of a checkpoint under one spelling, each handed out once and every one accounted for.</summary>
/// <remarks>
/// Names are those of transformers 4 without the model's prefix, such as <c>encoder.layer.0.attention.attention.query.weight</c>.
/// Whoever builds a model takes what it needs and then calls <see cref="Finish"/>, which fails on names that are missing or unused.
/// </remarks>
internal sealed class WeightMap : IDisposable
{
    private readonly IReadOnlyList<WeightSource> files;
    private readonly IDisposable? owner;
    private readonly TensorReader reader;
    private readonly Dictionary<string, Piece> pieces;
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly List<string> missing = [];
    private readonly string[] layouts;
    private readonly string place;

    private WeightMap(
        string place,
        IReadOnlyList<WeightSource> files,
        IDisposable? owner,
        TensorReader reader,
        Dictionary<string, Piece> pieces,
        string[] layouts
    ) => (this.place, this.files, this.owner, this.reader, this.pieces, this.layouts) = (place, files, owner, reader, pieces, layouts);

    /// <summary>Canonical names of everything the checkpoint holds.</summary>
    public IReadOnlyCollection<string> Names => pieces.Keys;

    /// <summary>The layer norm epsilon of the library whose names the checkpoint uses, for configs that do not state one.</summary>
    public double DefaultLayerNormEps => NameTable.Default.LayerNormEpsOf(layouts.FirstOrDefault() ?? NameTable.Canonical);

    /// <summary>Opens the weights of a model folder, or one safetensors file.</summary>
    /// <param name="path">A folder with model.safetensors or model.safetensors.index.json, or a safetensors file.</param>
    /// <param name="prefix">The model's own prefix in whole-model checkpoints, such as <c>vit.</c>.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="dtype">What the tensors are converted to; tensors stored so are not copied on the CPU.</param>
    /// <exception cref="SafetensorsException">A file is malformed.</exception>
    /// <exception cref="FileNotFoundException">There are no weights at the path.</exception>
    /// <exception cref="WeightsException">Two tensors of the checkpoint stand for the same weight.</exception>
    public static WeightMap Open(string path, string prefix, Device device, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(prefix);
        var (files, owner) = OpenFiles(path);
        return Of(path, files, owner, prefix, device, dtype);
    }

    /// <summary>The same for tensors of files that are open.</summary>
    /// <param name="place">What messages call the checkpoint.</param>
    /// <param name="files">Where its tensors lie.</param>
    /// <param name="owner">Disposed with the map, or when it cannot be made; null where someone else closes the files.</param>
    /// <param name="prefix">The model's own prefix in whole-model checkpoints.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="dtype">What the tensors are converted to.</param>
    /// <exception cref="WeightsException">Two tensors of the checkpoint stand for the same weight.</exception>
    public static WeightMap Of(
        string place,
        IReadOnlyList<WeightSource> files,
        IDisposable? owner,
        string prefix,
        Device device,
        ScalarType dtype
    )
    {
        try
        {
            var (pieces, layouts) = Arrange(place, files, prefix);
            return new WeightMap(place, files, owner, new TensorReader(device, dtype), pieces, layouts);
        }
        catch
        {
            owner?.Dispose();
            throw;
        }
    }

    /// <summary>Whether the checkpoint holds a weight.</summary>
    public bool Contains(string name) => pieces.ContainsKey(name);

    /// <summary>The shape of a weight, or null when the checkpoint lacks it.</summary>
    public IReadOnlyList<long>? ShapeOf(string name) => pieces.TryGetValue(name, out var piece) ? piece.Shape : null;

    /// <summary>Takes one weight out of the checkpoint.</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <returns>A tensor outside every dispose scope, owned by the caller; an empty one when the name is missing, which <see cref="Finish"/> reports.</returns>
    /// <exception cref="WeightsException">The shape or the element type is another.</exception>
    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        if (!pieces.TryGetValue(name, out var piece))
        {
            missing.Add(name);
            return empty(0).DetachFromDisposeScope();
        }

        if (!shape.SequenceEqual([.. piece.Shape]))
        {
            throw new WeightsException(
                $"{piece.Stored} in {piece.File.Name} gives {name} the shape [{string.Join(", ", piece.Shape)}]; "
                    + $"the config asks for [{string.Join(", ", shape.ToArray())}]. Is config.json the one of these weights?"
            );
        }

        taken.Add(name);
        return reader.Read(piece.File, piece.View, piece.FirstRow, piece.Rows);
    }

    /// <summary>Ends the reading: every needed name must have been there and every name present must have been taken.</summary>
    /// <param name="ignorable">Whether a canonical name may be left alone, such as a pooler in a classifier's checkpoint.</param>
    /// <exception cref="WeightsException">Names are missing or unused; all of them are listed.</exception>
    public LoadReport Finish(Func<string, bool> ignorable)
    {
        ArgumentNullException.ThrowIfNull(ignorable);
        var left = pieces.Where(pair => !taken.Contains(pair.Key)).ToArray();
        var ignored = left.Where(pair => ignorable(pair.Key)).Select(pair => pair.Value.Stored).Distinct().Order(StringComparer.Ordinal);
        var unused = left.Where(pair => !ignorable(pair.Key)).Select(pair => pair.Value.Stored).Distinct().Order(StringComparer.Ordinal);
        string[] unusedNames = [.. unused];
        if (missing.Count + unusedNames.Length > 0)
        {
            throw new WeightsException(Describe(unusedNames), [.. missing], unusedNames);
        }

        var views = files.SelectMany(file => file.Tensors).Select(tensor => tensor.View);
        return new LoadReport
        {
            Files = [.. files.Select(file => Path.GetFileName(file.Name))],
            Layouts = layouts,
            Taken = taken.Count,
            Mapped = reader.Mapped,
            CopiedBytes = reader.CopiedBytes,
            Ignored = [.. ignored],
            Dtypes = views.GroupBy(view => view.Dtype.Name).ToDictionary(group => group.Key, group => group.Count()),
        };
    }

    /// <summary>Closes the files; tensors already taken stay valid.</summary>
    public void Dispose()
    {
        reader.Dispose();
        owner?.Dispose();
    }

    /// <summary>The files behind a path, and what closes them; no torch is needed.</summary>
    internal static (IReadOnlyList<WeightSource> Files, IDisposable Owner) OpenFiles(string path)
    {
        if (File.Exists(path))
        {
            var file = SafetensorsFile.Open(path);
            return ([WeightSource.Of(file)], file);
        }

        var shards = SafetensorsShards.OpenFolder(path);
        return ([.. shards.Files.Select(WeightSource.Of)], shards);
    }

    /// <summary>Where every canonical name lies, and the layouts that the names belong to; no torch is needed.</summary>
    internal static (Dictionary<string, Piece> Pieces, string[] Layouts) Arrange(
        string place,
        IReadOnlyList<WeightSource> files,
        string prefix
    )
    {
        var all = files.SelectMany(file => file.Tensors.Select(tensor => (File: file, tensor.Name, tensor.View))).ToArray();
        var wrapper = NameTable.Default.WrapperOf([.. all.Select(entry => entry.Name)]);
        string Bare(string name)
        {
            name = name[wrapper.Length..];
            return name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        var beside = all.Select(entry => Bare(entry.Name)).ToFrozenSet(StringComparer.Ordinal);
        var pieces = new Dictionary<string, Piece>(StringComparer.Ordinal);
        var layouts = new List<string>();
        foreach (var (file, name, view) in all)
        {
            var match = NameTable.Default.Match(Bare(name), beside);
            if (match.Layout != NameTable.Canonical && !layouts.Contains(match.Layout))
            {
                layouts.Add(match.Layout);
            }

            for (var block = 0; block < match.Names.Length; block++)
            {
                var piece = Piece.Of(file, name, view, block, match.Names.Length);
                if (!pieces.TryAdd(match.Names[block], piece))
                {
                    throw new WeightsException(
                        $"{place}: {pieces[match.Names[block]].Stored} and {name} both stand for {match.Names[block]}; "
                            + "a checkpoint must hold every weight once."
                    );
                }
            }
        }

        return (pieces, layouts.Count > 0 ? [.. layouts] : [NameTable.Canonical]);
    }

    private string Describe(string[] unused)
    {
        static string List(IReadOnlyCollection<string> names) =>
            string.Join(", ", names.Take(12)) + (names.Count > 12 ? $" and {names.Count - 12} more" : "");
        var parts = new List<string>();
        if (missing.Count > 0)
        {
            parts.Add($"{missing.Count} weights are missing: {List(missing)}.");
        }

        if (unused.Length > 0)
        {
            parts.Add($"{unused.Length} tensors belong to nothing in the model: {List(unused)}.");
        }

        return $"{place} (names of {string.Join(" and ", layouts)}) does not fit the model of config.json. {string.Join(" ", parts)} Nothing was loaded.";
    }

    /// <summary>A tensor of a file under its stored name, or a block of its rows.</summary>
    internal readonly record struct Piece(WeightSource File, string Stored, TensorView View, long FirstRow, long? Rows)
    {
        public IReadOnlyList<long> Shape => Rows is null ? View.Shape : [Rows.Value, .. View.Shape.Skip(1)];

        public static Piece Of(WeightSource file, string name, TensorView view, int block, int blocks)
        {
            if (blocks == 1)
            {
                return new Piece(file, name, view, 0, null);
            }

            if (view.Shape.Count == 0 || view.Shape[0] % blocks != 0)
            {
                throw new WeightsException(
                    $"{name} in {file.Name} has the shape [{string.Join(", ", view.Shape)}]; it holds query, key and value as "
                        + $"{blocks} equal blocks of rows, so dimension 0 must be a multiple of {blocks}."
                );
            }

            var rows = view.Shape[0] / blocks;
            return new Piece(file, name, view, block * rows, rows);
        }
    }
}
