namespace LoRAEnsembleHub.Onnx;

/// <summary>One axis of an input or output: a size, or a name for one that is known only when the model runs.</summary>
internal readonly record struct OnnxDimension(long? Size, string? Name)
{
    public static implicit operator OnnxDimension(long size) => new(size, null);

    public static implicit operator OnnxDimension(string name) => new(null, name);

    /// <summary>TensorShapeProto.Dimension.</summary>
    public ProtoMessage ToProto() => Size is { } size ? new ProtoMessage().Number(1, size) : new ProtoMessage().Text(2, Name!);
}
