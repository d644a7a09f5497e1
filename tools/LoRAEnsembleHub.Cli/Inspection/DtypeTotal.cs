using LoRAEnsembleHub.Cli.Rendering;

namespace LoRAEnsembleHub.Cli.Inspection;

/// <summary>All tensors of one element type together.</summary>
internal sealed record DtypeTotal(string Dtype, int Tensors, long Elements, long Bytes)
{
    public static IReadOnlyList<DtypeTotal> Of(IEnumerable<StoredTensor> tensors) =>
        [
            .. tensors
                .GroupBy(tensor => tensor.Dtype)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new DtypeTotal(
                    group.Key,
                    group.Count(),
                    group.Sum(tensor => tensor.Elements),
                    group.Sum(tensor => tensor.Bytes)
                )),
        ];

    public static Grid Table(IEnumerable<DtypeTotal> totals) =>
        new(
            null,
            [
                new Column("total"),
                new Column("tensors", IsNumber: true),
                new Column("numbers", IsNumber: true),
                new Column("bytes", IsNumber: true),
            ],
            [
                .. totals.Select(total =>
                    new[] { total.Dtype, Figures.Count(total.Tensors), Figures.Count(total.Elements), Figures.Count(total.Bytes) }
                ),
            ]
        );
}
