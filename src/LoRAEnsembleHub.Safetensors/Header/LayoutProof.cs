namespace LoRAEnsembleHub.Safetensors.Header;

/// <summary>Proves that the tensors of a header cover the data exactly: no hole, no overlap, sizes as the shapes say.</summary>
internal static class LayoutProof
{
    /// <summary>Sorts the entries by their place in the data and proves all but the end of the data.</summary>
    /// <returns>The number of data bytes that the header describes.</returns>
    /// <exception cref="SafetensorsException">Offsets, shapes and element types do not agree.</exception>
    public static ulong Prove(List<TensorEntry> entries, string file)
    {
        // By begin and end, because an empty tensor shares its begin with the next one. The sort must be stable so that several empty
        // tensors at one place keep the order of the header.
        var sorted = entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End).ToList();
        entries.Clear();
        entries.AddRange(sorted);

        ulong covered = 0;
        foreach (var entry in sorted)
        {
            if (entry.Begin != covered || entry.End < entry.Begin)
            {
                throw new SafetensorsException(SafetensorsDefect.InvalidOffsets, file, entry.Name, Misplaced(entry, covered));
            }

            var needed = TensorSize.Bytes(entry.Dtype, entry.Shape, file, entry.Name);
            if (entry.End - entry.Begin != (ulong)needed)
            {
                throw new SafetensorsException(
                    SafetensorsDefect.SizeMismatch,
                    file,
                    entry.Name,
                    $"the offsets [{entry.Begin}, {entry.End}] hold {entry.End - entry.Begin} bytes; "
                        + $"shape {TensorSize.Show(entry.Shape)} of {entry.Dtype.Name} needs {needed}."
                );
            }

            covered = entry.End;
        }

        return covered;
    }

    /// <summary>Proves that the data ends with the last tensor.</summary>
    /// <param name="described">Data bytes that the header describes.</param>
    /// <param name="dataBytes">Data bytes that there are.</param>
    /// <param name="file">Name for messages.</param>
    public static void ProveEnd(ulong described, long dataBytes, string file)
    {
        if (described != (ulong)dataBytes)
        {
            throw new SafetensorsException(
                SafetensorsDefect.DataLengthMismatch,
                file,
                null,
                described > (ulong)dataBytes
                    ? $"the header describes {described} bytes of data, but the file holds {dataBytes}. Is the file complete?"
                    : $"the header describes {described} bytes of data, but the file holds {dataBytes}; nothing may follow the last tensor."
            );
        }
    }

    private static string Misplaced(TensorEntry entry, ulong covered)
    {
        var offsets = $"the offsets [{entry.Begin}, {entry.End}]";
        if (entry.End < entry.Begin)
        {
            return $"{offsets} end before they begin.";
        }

        return entry.Begin > covered
            ? $"{offsets} leave a hole; the data before ends at {covered}."
            : $"{offsets} overlap the tensor before, which ends at {covered}.";
    }
}
