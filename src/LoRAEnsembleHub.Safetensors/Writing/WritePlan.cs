using LoRAEnsembleHub.Safetensors.Header;

namespace LoRAEnsembleHub.Safetensors.Writing;

/// <summary>A file proved writable: its header, and its tensors in the order of their bytes.</summary>
internal sealed class WritePlan
{
    private WritePlan(ReadOnlyMemory<byte> header, IReadOnlyList<(TensorToWrite Tensor, long Bytes)> tensors, long fileBytes) =>
        (Header, Tensors, FileBytes) = (header, tensors, fileBytes);

    /// <summary>All that stands before the data: the length, the JSON, and the spaces that align the data to 8 bytes.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    public IReadOnlyList<(TensorToWrite Tensor, long Bytes)> Tensors { get; }

    public long FileBytes { get; }

    /// <summary>Orders the tensors as the reference does and proves that the reader will accept the file.</summary>
    /// <exception cref="SafetensorsException">It would not.</exception>
    public static WritePlan Make(IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata, string? file)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ordered = tensors
            .OrderByDescending(tensor => tensor.Dtype)
            .ThenBy(tensor => tensor.Name, Utf8Order.Comparer)
            .Select(tensor => (Tensor: tensor, Bytes: Proved(tensor, names, file)))
            .ToList();
        var header = new HeaderWriter(file);
        header.WriteMetadata(metadata);
        var offset = 0L;
        foreach (var (tensor, bytes) in ordered)
        {
            if (bytes > long.MaxValue - SafetensorsLimits.MaxHeaderBytes - HeaderPrefix.Length - offset)
            {
                throw new SafetensorsException(
                    SafetensorsDefect.ShapeOverflow,
                    file,
                    tensor.Name,
                    "the file's length does not fit 64 bits."
                );
            }

            header.WriteEntry(tensor, offset, offset + bytes);
            offset += bytes;
        }

        var finished = header.Finish();
        return new WritePlan(finished, ordered, finished.Length + offset);
    }

    private static long Proved(TensorToWrite tensor, HashSet<string> names, string? file)
    {
        if (tensor.Name == HeaderReader.MetadataName)
        {
            throw Wrong(SafetensorsDefect.ReservedName, "the format keeps this name for the metadata.");
        }

        if (tensor.Name.Length > SafetensorsLimits.MaxNameLength)
        {
            throw Wrong(
                SafetensorsDefect.LimitExceeded,
                $"the name has {tensor.Name.Length} characters; at most {SafetensorsLimits.MaxNameLength} are allowed."
            );
        }

        if (!names.Add(tensor.Name))
        {
            throw Wrong(SafetensorsDefect.DuplicateName, "the name appears twice.");
        }

        if (names.Count > SafetensorsLimits.MaxTensors)
        {
            throw Wrong(SafetensorsDefect.LimitExceeded, $"there are more than {SafetensorsLimits.MaxTensors} tensors.");
        }

        if (tensor.Sizes.Length > SafetensorsLimits.MaxRank)
        {
            throw Wrong(
                SafetensorsDefect.LimitExceeded,
                $"the shape has {tensor.Sizes.Length} dimensions; at most {SafetensorsLimits.MaxRank} are allowed."
            );
        }

        if (tensor.Sizes.ContainsAnyInRange(long.MinValue, -1))
        {
            throw Wrong(SafetensorsDefect.InvalidEntry, $"the shape {TensorSize.Show(tensor.Sizes)} has a negative size.");
        }

        var needed = TensorSize.Bytes(tensor.Dtype, tensor.Sizes, file, tensor.Name);
        return tensor.GivenBytes is null || tensor.GivenBytes == needed
            ? needed
            : throw Wrong(
                SafetensorsDefect.SizeMismatch,
                $"{tensor.GivenBytes} bytes given; shape {TensorSize.Show(tensor.Sizes)} of {tensor.Dtype.Name} needs {needed}."
            );

        SafetensorsException Wrong(SafetensorsDefect defect, string problem) => new(defect, file, tensor.Name, problem);
    }
}
