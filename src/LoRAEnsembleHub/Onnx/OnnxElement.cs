namespace LoRAEnsembleHub.Onnx;

/// <summary>Element types of ONNX tensors, by their numbers in TensorProto.DataType.</summary>
internal enum OnnxElement
{
    /// <summary>32-bit floating point.</summary>
    Float = 1,

    /// <summary>64-bit whole numbers.</summary>
    Int64 = 7,
}
