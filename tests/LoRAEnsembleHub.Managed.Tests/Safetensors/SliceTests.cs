using CsCheck;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

public sealed class SliceTests
{
    private static readonly Gen<(long[] Shape, (int Dimension, double Start, double Length)[] Cuts)> cuts = Gen.Select(
        Gen.Long[0, 5].Array[1, 4],
        Gen.Select(Gen.Int[0, 3], Gen.Double[0, 1], Gen.Double[0, 1]).Array[1, 4]
    );

    [Fact]
    public void Any_chain_of_slices_holds_what_picking_element_by_element_holds() =>
        cuts.Sample(
            (shape, chain) =>
            {
                var whole = new int[shape.Aggregate(1L, (product, size) => product * size)];
                for (var i = 0; i < whole.Length; i++)
                {
                    whole[i] = i;
                }

                using var file = Bytes.Parsed(TensorToWrite.From<int>("x", shape, whole));
                var view = file["x"];
                var (sizes, expected) = (shape, whole);
                foreach (var (wanted, startShare, lengthShare) in chain)
                {
                    var dimension = wanted % sizes.Length;
                    var start = (long)(startShare * (sizes[dimension] + 1));
                    start = Math.Min(start, sizes[dimension]);
                    var length = (long)(lengthShare * (sizes[dimension] - start + 1));
                    length = Math.Min(length, sizes[dimension] - start);
                    view = view.Slice(dimension, start, length);
                    (sizes, expected) = Picked(sizes, expected, dimension, start, length);
                }

                Assert.Equal(sizes, view.Shape);
                Assert.Equal(expected, view.ToArray<int>());
                Assert.Equal((expected.Length, 4L * expected.Length), ((int)view.ElementCount, view.ByteCount));
                if (view.IsContiguous)
                {
                    Assert.Equal(Bytes.Of(expected), view.Bytes.ToArray());
                }

                // Any part of the bytes is the same part of all of them.
                var all = Bytes.All(view);
                for (var from = 0; from <= all.Length; from += 3)
                {
                    var part = new byte[7];
                    var copied = view.CopyTo(part, from);
                    Assert.Equal(all.Skip(from).Take(7), part.Take(copied));
                    Assert.Equal(Math.Min(7, all.Length - from), copied);
                }
            },
            iter: 2000
        );

    [Fact]
    public void Rows_stay_where_they_are()
    {
        using var file = Bytes.Parsed("x", [3, 2], 0, 1, 2, 3, 4, 5);
        var rows = file["x"].Slice(0, 1, 2);
        Assert.True(rows.IsContiguous);
        Assert.Equal(file["x"].FileOffset + 8, rows.FileOffset);
        Assert.Equal(Bytes.Of(2f, 3f, 4f, 5f), rows.Bytes.ToArray());
        Assert.Equal(("x", 2), (rows.Name, rows.Shape.Count));
    }

    [Fact]
    public async Task Columns_are_copied_only_when_asked_for()
    {
        using var file = Bytes.Parsed("x", [3, 2], 0, 1, 2, 3, 4, 5);
        var column = file["x"].Slice(1, 1, 1);
        Assert.False(column.IsContiguous);
        Assert.Equal([1f, 3f, 5f], column.ToSingles());
        using var stream = new MemoryStream();
        await column.CopyToAsync(stream, TestContext.Current.CancellationToken);
        Assert.Equal(Bytes.Of(1f, 3f, 5f), stream.ToArray());
        var exception = Assert.Throws<InvalidOperationException>(() => column.Bytes.Length);
        Assert.Equal("The bytes of 'x' F32 [3, 1] do not lie side by side; copy them with CopyTo or ToArray.", exception.Message);
    }

    [Theory]
    [InlineData(-1, 0, 0, "dimension")]
    [InlineData(2, 0, 0, "dimension")]
    [InlineData(0, -1, 1, "start")]
    [InlineData(0, 4, 0, "start")]
    [InlineData(0, 1, 3, "length")]
    [InlineData(1, 0, -1, "length")]
    [InlineData(1, 1, long.MaxValue, "length")]
    public void A_range_outside_the_tensor_is_refused(int dimension, long start, long length, string parameter)
    {
        using var file = Bytes.Parsed("x", [3, 2], 0, 1, 2, 3, 4, 5);
        Assert.Throws<ArgumentOutOfRangeException>(parameter, () => file["x"].Slice(dimension, start, length));
    }

    [Theory]
    [InlineData(0, 2, 2, true)]
    [InlineData(0, 1, 2, false)]
    [InlineData(0, 2, 1, false)]
    [InlineData(1, 0, 2, false)]
    [InlineData(1, 0, 3, true)]
    [InlineData(0, 3, 0, true)]
    public void Elements_narrower_than_a_byte_are_cut_only_between_bytes(int dimension, long start, long length, bool whole)
    {
        // [4, 3] of four bits: a row is a byte and a half.
        using var file = Bytes.Parsed(new TensorToWrite("x", SafetensorsDtype.F4, [4, 3], new byte[] { 1, 2, 3, 4, 5, 6 }));
        if (whole)
        {
            Assert.Equal(
                file["x"].Bytes.Slice((int)(start * 3 / 2), (int)(length * (dimension == 0 ? 3 : 4) / 2)),
                Bytes.All(file["x"].Slice(dimension, start, length))
            );
        }
        else
        {
            var exception = Assert.Throws<SafetensorsException>(() => file["x"].Slice(dimension, start, length));
            Assert.Equal((SafetensorsDefect.NotWholeBytes, "x", "memory"), (exception.Defect, exception.Tensor, exception.File));
        }
    }

    [Fact]
    public void Columns_of_narrow_elements_are_cut_where_every_step_is_whole()
    {
        using var file = Bytes.Parsed(new TensorToWrite("x", SafetensorsDtype.F4, [3, 4], new byte[] { 1, 2, 3, 4, 5, 6 }));
        Assert.Equal([2, 4, 6], Bytes.All(file["x"].Slice(1, 2, 2)));
    }

    private static (long[] Shape, int[] Elements) Picked(long[] shape, int[] elements, int dimension, long start, long length)
    {
        var inner = shape.Skip(dimension + 1).Aggregate(1L, (product, size) => product * size);
        var picked = elements.Where(
            (_, index) => index / inner % shape[dimension] is var place && place >= start && place < start + length
        );
        var sizes = (long[])shape.Clone();
        sizes[dimension] = length;
        return (sizes, [.. picked]);
    }
}
