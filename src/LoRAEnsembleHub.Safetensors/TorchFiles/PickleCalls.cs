using System.Collections.Frozen;

namespace LoRAEnsembleHub.Safetensors.TorchFiles;

/// <summary>Everything that a pickle of tensors may name, and what its calls amount to; nothing else is looked up.</summary>
/// <remarks>PyTorch, torch/_utils.py and torch/storage.py.</remarks>
internal static class PickleCalls
{
    private static readonly FrozenDictionary<string, object> known = new Dictionary<string, object>
    {
        ["collections.OrderedDict"] = PickleCall.Dictionary,
        ["torch._utils._rebuild_tensor_v2"] = PickleCall.Tensor,
        ["torch._utils._rebuild_parameter"] = PickleCall.Parameter,
        ["torch._utils._rebuild_meta_tensor_no_storage"] = PickleCall.MetaTensor,
        ["torch.FloatStorage"] = SafetensorsDtype.F32,
        ["torch.DoubleStorage"] = SafetensorsDtype.F64,
        ["torch.HalfStorage"] = SafetensorsDtype.F16,
        ["torch.BFloat16Storage"] = SafetensorsDtype.BF16,
        ["torch.LongStorage"] = SafetensorsDtype.I64,
        ["torch.IntStorage"] = SafetensorsDtype.I32,
        ["torch.ShortStorage"] = SafetensorsDtype.I16,
        ["torch.CharStorage"] = SafetensorsDtype.I8,
        ["torch.ByteStorage"] = SafetensorsDtype.U8,
        ["torch.BoolStorage"] = SafetensorsDtype.Bool,
        ["torch.ComplexFloatStorage"] = SafetensorsDtype.C64,
        ["torch.float32"] = PickleCall.ElementType,
        ["torch.float64"] = PickleCall.ElementType,
        ["torch.float16"] = PickleCall.ElementType,
        ["torch.bfloat16"] = PickleCall.ElementType,
        ["torch.int64"] = PickleCall.ElementType,
        ["torch.int32"] = PickleCall.ElementType,
        ["torch.bool"] = PickleCall.ElementType,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What a name stands for; older PyTorch puts storages of a GPU under torch.cuda.</summary>
    /// <exception cref="TorchFileException">The name is not on the list.</exception>
    public static object Find(string module, string name, string file)
    {
        var place = module == "torch.cuda" && name.EndsWith("Storage", StringComparison.Ordinal) ? "torch" : module;
        return known.TryGetValue($"{place}.{name}", out var found)
            ? found
            : throw new TorchFileException(
                file,
                $"its pickle refers to {SafetensorsException.Quote($"{module}.{name}")}, which is not among the few things that make up tensors. "
                    + "Loading such a file elsewhere can run code; nothing of it was read here."
            );
    }

    /// <summary>The result of a call.</summary>
    /// <exception cref="TorchFileException">The thing called is none that can be, or its arguments are not those it takes.</exception>
    public static object Call(object? called, object?[] arguments, string file) =>
        (called, arguments) switch
        {
            (PickleCall.Dictionary, []) => new PickledDictionary(),
            (PickleCall.Tensor, [PickledStorage, long, object?[], object?[], bool, _, PickledDictionary { Count: > 0 } odd]) =>
                throw new TorchFileException(
                    file,
                    $"its pickle describes a tensor with the property {SafetensorsException.Quote($"{odd[0].Key}")}, such as of a conjugate or negative view, under "
                        + "which its numbers are others than those stored. Save tensor.resolve_conj().resolve_neg().clone() instead."
                ),
            (PickleCall.Tensor, [PickledStorage storage, long offset, object?[] shape, object?[] strides, bool, ..])
                when arguments.Length is 6 or 7 => Tensor(storage, offset, shape, strides, file),
            (PickleCall.Parameter, [PickledTensor tensor, bool, _]) => tensor,
            (PickleCall.MetaTensor, [PickleCall.ElementType, object?[] shape, object?[] strides, bool]) => Tensor(
                null,
                0,
                shape,
                strides,
                file
            ),
            _ => throw new TorchFileException(file, "its pickle makes a call with other arguments than tensors are made with."),
        };

    /// <summary>The storage that a persistent id names.</summary>
    /// <exception cref="TorchFileException">It names something else.</exception>
    public static PickledStorage Storage(object? id, string file) =>
        id is object?[] and ["storage", SafetensorsDtype dtype, string key, string, long and >= 0 and var elements]
            ? new PickledStorage(dtype, key, elements)
            : throw new TorchFileException(file, "its pickle refers to something outside itself that is no storage of numbers.");

    private static PickledTensor Tensor(PickledStorage? storage, long offset, object?[] shape, object?[] strides, string file)
    {
        var (sizes, steps) = (Sizes(shape), Sizes(strides));
        return
            offset >= 0
            && sizes is not null
            && steps is not null
            && sizes.Length == steps.Length
            && sizes.Length <= SafetensorsLimits.MaxRank
            ? new PickledTensor(storage, offset, sizes, steps)
            : throw new TorchFileException(file, "its pickle describes a tensor with sizes or strides that no tensor has.");
    }

    private static long[]? Sizes(object?[] values) => values.All(value => value is long and >= 0) ? [.. values.Cast<long>()] : null;
}

/// <summary>The calls that make up tensors.</summary>
internal enum PickleCall
{
    /// <summary>collections.OrderedDict().</summary>
    Dictionary,

    /// <summary>_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata).</summary>
    Tensor,

    /// <summary>_rebuild_parameter(tensor, requires_grad, hooks).</summary>
    Parameter,

    /// <summary>_rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad).</summary>
    MetaTensor,

    /// <summary>No call: the name of an element type.</summary>
    ElementType,
}

/// <summary>A dictionary; keys stand as they come, because comparing keys that a hostile file makes may take for ever.</summary>
internal sealed class PickledDictionary : List<KeyValuePair<object?, object?>>;

/// <summary>A list.</summary>
internal sealed class PickledList : List<object?>;
