namespace LoRAEnsembleHub.Safetensors.Views;

/// <summary>Which .NET type an element type is, where one has exactly its values.</summary>
internal static class ElementTypes
{
    public static Type? Of(SafetensorsDtype dtype) =>
        dtype switch
        {
            SafetensorsDtype.Bool => typeof(bool),
            SafetensorsDtype.U8 => typeof(byte),
            SafetensorsDtype.I8 => typeof(sbyte),
            SafetensorsDtype.I16 => typeof(short),
            SafetensorsDtype.U16 => typeof(ushort),
            SafetensorsDtype.F16 => typeof(Half),
            SafetensorsDtype.I32 => typeof(int),
            SafetensorsDtype.U32 => typeof(uint),
            SafetensorsDtype.F32 => typeof(float),
            SafetensorsDtype.F64 => typeof(double),
            SafetensorsDtype.I64 => typeof(long),
            SafetensorsDtype.U64 => typeof(ulong),
            _ => null,
        };

    public static SafetensorsDtype? Of<T>()
        where T : unmanaged
    {
        foreach (var dtype in Enum.GetValues<SafetensorsDtype>())
        {
            if (Of(dtype) == typeof(T))
            {
                return dtype;
            }
        }

        return null;
    }
}
