using System.Globalization;

namespace LoRAEnsembleHub.Safetensors.TorchFiles;

/// <summary>What a pickle amounts to: named tensors, or a list of them.</summary>
/// <param name="IsList">Whether the names are places in a list.</param>
/// <param name="Tensors">Those that have data, in their order.</param>
/// <param name="MetaTensors">Names of those that have none.</param>
/// <param name="OtherEntries">Names of what is no tensor.</param>
internal sealed record TorchContents(
    bool IsList,
    IReadOnlyList<KeyValuePair<string, PickledTensor>> Tensors,
    IReadOnlyList<string> MetaTensors,
    IReadOnlyList<string> OtherEntries
)
{
    /// <summary>Sorts the entries of a dictionary or a list; a dictionary that holds no tensor but one dictionary of them stands for that one.</summary>
    /// <exception cref="TorchFileException">There is no tensor, or two have one name.</exception>
    public static TorchContents Of(object? value, string file) =>
        value switch
        {
            PickledList list => Sorted(
                true,
                list.Index().Select(item => new KeyValuePair<string, object?>(Place(item.Index), item.Item)),
                file
            ),
            PickledDictionary dictionary => Sorted(false, Named(Inner(dictionary), file), file),
            _ => throw new TorchFileException(file, "it holds neither a dictionary nor a list of tensors."),
        };

    private static PickledDictionary Inner(PickledDictionary dictionary)
    {
        static bool HasTensors(PickledDictionary candidate) => candidate.Any(entry => entry.Value is PickledTensor);
        if (HasTensors(dictionary))
        {
            return dictionary;
        }

        PickledDictionary[] inner = [.. dictionary.Select(entry => entry.Value).OfType<PickledDictionary>().Where(HasTensors)];
        return inner.Length == 1 ? inner[0] : dictionary;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Named(PickledDictionary dictionary, string file) =>
        dictionary.Select(entry =>
            entry.Key is string name
                ? new KeyValuePair<string, object?>(name, entry.Value)
                : throw new TorchFileException(file, "its dictionary has a key that is no text.")
        );

    private static TorchContents Sorted(bool isList, IEnumerable<KeyValuePair<string, object?>> entries, string file)
    {
        var tensors = new List<KeyValuePair<string, PickledTensor>>();
        var (meta, others, seen) = (new List<string>(), new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (name, value) in entries)
        {
            if (!seen.Add(name) || name.Length > SafetensorsLimits.MaxNameLength)
            {
                throw new TorchFileException(
                    file,
                    $"the entry {SafetensorsException.Quote(name)} is there twice, or its name is too long."
                );
            }

            switch (value)
            {
                case PickledTensor { Storage: null }:
                    meta.Add(name);
                    break;
                case PickledTensor tensor:
                    tensors.Add(new(name, tensor));
                    break;
                default:
                    others.Add(name);
                    break;
            }
        }

        return tensors.Count > 0 && tensors.Count <= SafetensorsLimits.MaxTensors
            ? new TorchContents(isList, tensors, meta, others)
            : throw new TorchFileException(
                file,
                tensors.Count == 0
                    ? Nothing(meta, others)
                    : $"it holds {tensors.Count} tensors; at most {SafetensorsLimits.MaxTensors} are read."
            );
    }

    /// <summary>Why there is nothing to read; entries may hold tensors further down, and then one of them is what is wanted.</summary>
    private static string Nothing(List<string> meta, List<string> others) =>
        others.Count > 0
            ? $"none of its entries is a tensor, and no single one is a dictionary of tensors: {string.Join(", ", others.Take(8).Select(SafetensorsException.Quote))}. "
                + "Save the one that is wanted alone."
        : meta.Count > 0 ? $"its {meta.Count} tensors are on the meta device, without numbers."
        : "it holds no tensor.";

    private static string Place(int index) => index.ToString(CultureInfo.InvariantCulture);
}
