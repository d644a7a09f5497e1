namespace LoRAEnsembleHub.Safetensors.Views;

/// <summary>The byte order of the format against that of the machine.</summary>
internal static class LittleEndian
{
    /// <summary>Turns elements from the file's byte order to the machine's or back; does nothing on the machines one meets.</summary>
    /// <param name="elements">Whole elements.</param>
    /// <param name="width">Bytes per element.</param>
    public static void Convert(Span<byte> elements, int width)
    {
        if (BitConverter.IsLittleEndian)
        {
            return;
        }

        Reverse(elements, width);
    }

    internal static void Reverse(Span<byte> elements, int width)
    {
        for (; !elements.IsEmpty; elements = elements[width..])
        {
            elements[..width].Reverse();
        }
    }
}
