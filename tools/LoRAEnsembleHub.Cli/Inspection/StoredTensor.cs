using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>A tensor as it lies in a file; the offset is that of its first byte, counted from the file's start.</summary>
internal sealed record StoredTensor(
    string Name,
    string Dtype,
    IReadOnlyList<long> Shape,
    long Elements,
    long Bytes,
    long Offset,
    string File
)
{
    public static StoredTensor Of(TensorView tensor, string file) =>
        new(tensor.Name, tensor.Dtype.Name, tensor.Shape, tensor.ElementCount, tensor.ByteCount, tensor.FileOffset, file);

    public static Grid Table(IEnumerable<StoredTensor> tensors, bool withFile) =>
        new(
            null,
            [
                new Column("name"),
                new Column("dtype"),
                new Column("shape"),
                new Column("bytes", IsNumber: true),
                .. withFile ? [new Column("file")] : Array.Empty<Column>(),
            ],
            [
                .. tensors.Select(tensor =>
                    (string[])
                        [
                            tensor.Name,
                            tensor.Dtype,
                            Figures.Shape(tensor.Shape),
                            Figures.Count(tensor.Bytes),
                            .. withFile ? [tensor.File] : Array.Empty<string>(),
                        ]
                ),
            ]
        );
}
