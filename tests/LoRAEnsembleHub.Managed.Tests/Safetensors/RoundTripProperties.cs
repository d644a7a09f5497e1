using CsCheck;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

/// <summary>What must hold for any tensors and any bytes.</summary>
public sealed class RoundTripProperties
{
    private static readonly Gen<string> names = Gen.Frequency(
        (3, Gen.String[Gen.Char.AlphaNumeric, 0, 6]),
        (1, Gen.OneOf("", "\0", "\t\n\"\\", "é", "e\u0301", "\uFFEE", "🙂", "\u2028", "a.b", "__metadata"))
    );

    private static readonly Gen<TensorToWrite> tensors = Gen.Select(
            names,
            Gen.Enum<SafetensorsDtype>(),
            Gen.Long[0, 4].List[0, 3],
            Gen.Int[0, 1000]
        )
        .Select((name, dtype, sizes, seed) => Filled(name, dtype, Widened(dtype, sizes), seed));

    private static readonly Gen<(TensorToWrite[] Tensors, Dictionary<string, string>? Metadata)> files = Gen.Select(
        tensors.Array[0, 6].Select(list => list.DistinctBy(tensor => tensor.Name).ToArray()),
        Gen.Dictionary(names, names)[0, 3].Null()
    );

    [Fact]
    public void Any_tensors_come_back_as_they_were_written() =>
        files.Sample(
            file =>
            {
                using var read = SafetensorsFile.Parse(Bytes.Written(file.Metadata, file.Tensors), "memory");
                Assert.Equal(file.Metadata, read.Metadata?.ToDictionary());
                Assert.Equal(file.Tensors.Length, read.Tensors.Count);
                foreach (var tensor in file.Tensors)
                {
                    var view = read[tensor.Name];
                    Assert.Equal((tensor.Dtype, tensor.Name), (view.Dtype, view.Name));
                    Assert.Equal(tensor.Shape, view.Shape);
                    Assert.Equal(Content(tensor, view.ByteCount), view.Bytes.ToArray());
                    Assert.Equal(0, view.FileOffset * 8 % Math.Max(8, view.Dtype.BitsPerElement));
                }
            },
            iter: 2000
        );

    [Fact]
    public void The_order_in_which_tensors_are_given_does_not_change_the_bytes() =>
        files.Sample(
            file =>
            {
                var written = Bytes.Written(file.Metadata, file.Tensors);
                Assert.Equal(written, Bytes.Written(file.Metadata, [.. file.Tensors.Reverse()]));
                using var read = SafetensorsFile.Parse(written, "memory");
                Assert.Equal(written, Bytes.Written(read.Metadata, [.. read.Tensors.Select(TensorToWrite.From)]));
            },
            iter: 500
        );

    [Fact]
    public void Damaged_bytes_are_either_read_within_bounds_or_refused_and_never_ask_for_much_memory()
    {
        var damage = Gen.Select(Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 3]).Array[1, 4];
        Gen.Select(files, damage)
            .Sample(
                (file, changes) =>
                {
                    var bytes = Damaged(Bytes.Written(file.Metadata, file.Tensors), changes);
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var touched = Touch(bytes);
                    var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                    Assert.True(touched <= bytes.Length, $"{touched} of {bytes.Length} bytes");
                    Assert.True(allocated < 100_000 + (100 * bytes.Length), $"{allocated} bytes for a file of {bytes.Length}");
                },
                iter: 20_000
            );
    }

    // Reads all there is; returns the number of data bytes, or 0 where the file is refused.
    private static long Touch(byte[] bytes)
    {
        try
        {
            using var file = SafetensorsFile.Parse(bytes, "damaged");
            return file.Tensors.Sum(tensor => (long)tensor.Bytes.Length);
        }
        catch (SafetensorsException)
        {
            return 0;
        }
    }

    private static byte[] Damaged(byte[] bytes, (int Place, byte Value, int Kind)[] changes)
    {
        var damaged = bytes.ToList();
        foreach (var (place, value, kind) in changes)
        {
            var at = damaged.Count == 0 ? 0 : place % damaged.Count;
            switch (kind)
            {
                case 0 when damaged.Count > 0:
                    damaged[at] ^= (byte)(1 << (value % 8));
                    break;
                case 1 when damaged.Count > 0:
                    damaged[at] = value;
                    break;
                case 2 when damaged.Count > 0:
                    damaged.RemoveAt(at);
                    break;
                default:
                    damaged.Insert(at, value);
                    break;
            }
        }

        return [.. damaged];
    }

    // Sizes of types narrower than a byte are made whole bytes with a last dimension of four.
    private static long[] Widened(SafetensorsDtype dtype, List<long> sizes) => dtype.BitsPerElement < 8 ? [.. sizes, 4] : [.. sizes];

    private static TensorToWrite Filled(string name, SafetensorsDtype dtype, long[] shape, int seed)
    {
        var bytes = new byte[shape.Aggregate(1L, (product, size) => product * size) * dtype.BitsPerElement / 8];
        new Random(seed).NextBytes(bytes);
        return new TensorToWrite(name, dtype, shape, bytes);
    }

    private static byte[] Content(TensorToWrite tensor, long length)
    {
        var bytes = new byte[length];
        tensor.Reader(bytes, 0);
        return bytes;
    }
}
