using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>What is allowed in a safetensors file but may surprise whoever loads it.</summary>
internal static class FileNotes
{
    public static IReadOnlyList<string> Of(SafetensorsFile file)
    {
        var notes = new List<string>();
        if (file.Metadata?.ContainsKey("format") is not true)
        {
            notes.Add($"{file.Name}: the metadata has no entry format; transformers refuses such files, format: pt satisfies it.");
        }

        var unaligned = file.Tensors.Count(tensor =>
            tensor.Dtype.BitsPerElement >= 8 && tensor.FileOffset % (tensor.Dtype.BitsPerElement / 8) != 0
        );
        if (unaligned > 0)
        {
            notes.Add(
                $"{file.Name}: {unaligned} tensors do not start at a multiple of their element size, so they are copied and not mapped."
            );
        }

        var empty = file.Tensors.Count(tensor => tensor.ElementCount == 0);
        if (empty > 0)
        {
            notes.Add($"{file.Name}: {empty} tensors hold no numbers.");
        }

        return notes;
    }
}
