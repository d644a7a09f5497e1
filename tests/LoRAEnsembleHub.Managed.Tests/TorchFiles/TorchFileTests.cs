using System.IO.Compression;
using System.Runtime.InteropServices;
using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.TorchFiles;

/// <summary>Files by torch.save: what PyTorch wrote is read to the bit, everything else is refused by name.</summary>
/// <remarks>The golden files were written by PyTorch; recipe and versions stand beside them.</remarks>
public sealed class TorchFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("official-lora-vit", "lora_former.pt", "lora_former.safetensors")]
    [InlineData("official-lora-vit", "lora_former_saved_on_gpu.pt", "lora_former.safetensors")]
    [InlineData("official-lora-ast", "ast_former.pt", "ast_former.safetensors")]
    [InlineData("torchvision-vit", "model.pt", "model.safetensors")]
    public void A_dictionary_of_tensors_is_read_to_the_bit(string name, string pickled, string plain)
    {
        using var file = TorchFile.Open(Golden.Locate("models", name, pickled));
        using var expected = SafetensorsFile.Open(Golden.Locate("models", name, plain));
        Assert.False(file.IsList);
        Assert.Empty(file.OtherEntries);
        Assert.Equal(expected.Tensors.Select(tensor => tensor.Name).Order(), file.Tensors.Select(tensor => tensor.Name).Order());
        foreach (var tensor in file.Tensors)
        {
            AssertSame(expected[tensor.Name], tensor);
        }
    }

    [Theory]
    [InlineData("deep_ensemble.pt")]
    [InlineData("deep_ensemble_tensors.pt")]
    public void A_list_of_parameters_or_tensors_is_read_in_its_order(string pickled)
    {
        using var file = TorchFile.Open(Golden.Locate("models", "official-deep-ensemble", pickled));
        using var expected = SafetensorsFile.Open(Golden.Locate("models", "official-deep-ensemble", "named.safetensors"));
        Assert.True(file.IsList);
        Assert.Equal(Enumerable.Range(0, file.Tensors.Count).Select(index => $"{index}"), file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(expected.Tensors.Count, file.Tensors.Count);
        AssertSame(expected["member.0.class_token"], file.Tensors[0]);
        AssertSame(expected["member.1.heads.head.bias"], file.Tensors[^1]);
    }

    [Theory]
    [InlineData("command_in_dictionary.pt", "'posix.system'")]
    [InlineData("command_alone.pt", "'posix.system'")]
    [InlineData("bare_pickle.pt", "no complete zip archive")]
    [InlineData("truncated.pt", "no complete zip archive")]
    [InlineData("storage_shorter_than_shape.pt", "the archive has 8 bytes")]
    [InlineData("storage_missing.pt", "which the archive lacks")]
    [InlineData("builtin_eval.pt", "'__builtin__.eval'")]
    [InlineData("endless_memo.pt", "neither a dictionary nor a list")]
    public void A_hostile_file_is_refused_by_its_name(string name, string reason)
    {
        var path = Golden.Locate("models", "hostile-pt", name);
        var refusal = Assert.Throws<TorchFileException>(() => TorchFile.Open(path));
        Assert.Equal(path, refusal.File);
        Assert.StartsWith($"{path}: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("neg")]
    [InlineData("conj")]
    public void A_tensor_whose_numbers_are_not_the_stored_ones_is_refused(string property) =>
        Refused(
            PickleProgram.Archive(new PickleProgram().Code("}").Text("weight").Tensor("0", 1, property).Code("s.").Bytes, Bytes([1])),
            $"'{property}'"
        );

    [Fact]
    public void A_transposed_tensor_is_read_in_row_major_order()
    {
        using var file = Opened(PickleProgram.One(6, 0, [3, 2], [1, 3]), [0, 1, 2, 3, 4, 5]);
        Assert.Equal([3, 2], file.Tensors[0].Shape);
        Assert.Equal([0f, 3, 1, 4, 2, 5], file.Tensors[0].ToArray<float>());
    }

    [Fact]
    public void A_part_of_a_shared_storage_is_read_from_its_offset()
    {
        using var file = Opened(PickleProgram.One(6, 2, [2, 2], [2, 1]), [0, 1, 2, 3, 4, 5]);
        Assert.Equal([2f, 3, 4, 5], file.Tensors[0].ToArray<float>());
    }

    [Fact]
    public void An_empty_tensor_has_no_elements_whatever_its_strides()
    {
        using var file = Opened(PickleProgram.One(0, 5, [0, long.MaxValue, long.MaxValue], [long.MaxValue, long.MaxValue, 1]), []);
        Assert.Equal(0, file.Tensors[0].ByteCount);
    }

    [Fact]
    public void A_dictionary_in_a_dictionary_stands_for_the_whole_and_other_entries_are_named()
    {
        var pickle = new PickleProgram()
            .Code("}(")
            .Text("epoch")
            .Integer(-3)
            .Text("model")
            .Code("}(")
            .Text("weight")
            .Tensor("0", 2, 0, [2], [1])
            .Text("steps")
            .Integer(7)
            .Text("ghost")
            .Global("torch._utils", "_rebuild_meta_tensor_no_storage")
            .Code("(")
            .Global("torch", "float32")
            .Integers(4)
            .Integers(1)
            .Raw(0x89)
            .Code("tRuu.")
            .Bytes;
        using var file = Opened(pickle, [1, 2]);
        Assert.Equal(["weight"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(["steps"], file.OtherEntries);
        Assert.Equal(["ghost"], file.MetaTensors);
    }

    [Fact]
    public void The_state_of_a_module_is_read_without_the_versions_of_its_parts()
    {
        var pickle = new PickleProgram()
            .Global("collections", "OrderedDict")
            .Code(")R")
            .Text("weight")
            .Tensor("0", 1, 0, [1], [1])
            .Code("s}")
            .Text("_metadata")
            .Code("}sb.")
            .Bytes;
        using var file = Opened(pickle, [5]);
        Assert.Equal(5f, file.Tensors[0].ToArray<float>()[0]);
    }

    [Theory]
    [InlineData(6, 0, new long[] { 7 }, new long[] { 1 }, "reaches beyond")]
    [InlineData(6, 3, new long[] { 4 }, new long[] { 1 }, "reaches beyond")]
    [InlineData(6, 6, new long[] { }, new long[] { }, "begins beyond")]
    [InlineData(6, 0, new long[] { 7 }, new long[] { 0 }, "several times")]
    [InlineData(6, 0, new long[] { 2 }, new long[] { long.MaxValue }, "reaches beyond")]
    [InlineData(7, 0, new long[] { 6 }, new long[] { 1 }, "the archive has 24 bytes")]
    [InlineData(6, -1, new long[] { 1 }, new long[] { 1 }, "sizes or strides")]
    [InlineData(6, 0, new long[] { -1 }, new long[] { 1 }, "sizes or strides")]
    [InlineData(6, 0, new long[] { 1, 1 }, new long[] { 1 }, "sizes or strides")]
    public void A_tensor_outside_its_storage_is_refused(long elements, long offset, long[] shape, long[] strides, string reason) =>
        Refused(PickleProgram.Archive(PickleProgram.One(elements, offset, shape, strides), Bytes([0, 1, 2, 3, 4, 5])), reason);

    [Fact]
    public void Few_bytes_that_many_tensors_share_are_refused()
    {
        var program = new PickleProgram().Code("}(");
        for (var index = 0; index < 2000; index++)
        {
            program.Text($"{index}").Tensor("0", 5000, 0, [5000], [1]);
        }

        Refused(PickleProgram.Archive(program.Code("u.").Bytes, new byte[20_000]), "share their bytes so often");
    }

    [Theory]
    [InlineData("ccopyreg\n_reconstructor\n.", "'copyreg._reconstructor'")]
    [InlineData("cnumpy.core.multiarray\nscalar\n.", "'numpy.core.multiarray.scalar'")]
    [InlineData("ctorch.evil\nFloatStorage\n.", "'torch.evil.FloatStorage'")]
    [InlineData("(.", "takes more values")]
    [InlineData("t.", "ends a group")]
    [InlineData("a.", "takes more values")]
    [InlineData("NNa.", "no list")]
    [InlineData("}(Nu.", "a key without a value")]
    [InlineData("N)R.", "other arguments")]
    [InlineData("NQ.", "no storage")]
    [InlineData("NNb.", "no dictionary")]
    [InlineData("h\u0005.", "did not keep")]
    [InlineData("o.", "instruction 0x6F")]
    [InlineData("i.", "instruction 0x69")]
    [InlineData("", "ends in the middle")]
    [InlineData("X\u0010\u0000\u0000\u0000abc", "ends in the middle")]
    [InlineData("ctorch", "middle of a name")]
    [InlineData("}N}s.", "no text")]
    [InlineData("}.", "no tensor")]
    [InlineData("].", "no tensor")]
    [InlineData("}X\u0005\0\0\0model}X\u0001\0\0\0a]ssX\u0003\0\0\0ema}s.", "'model', 'ema'")]
    [InlineData("N.", "neither a dictionary nor a list")]
    public void A_program_that_does_something_else_is_refused(string program, string reason) =>
        Refused(PickleProgram.Archive(new PickleProgram().Code(program).Bytes), reason);

    [Fact]
    public void A_name_twice_is_refused() =>
        Refused(
            PickleProgram.Archive(
                new PickleProgram().Code("}(").Text("w").Tensor("0", 1, 0, [1], [1]).Text("w").Tensor("0", 1, 0, [1], [1]).Code("u.").Bytes,
                new byte[4]
            ),
            "the entry 'w' is there twice"
        );

    [Fact]
    public void A_program_of_marks_alone_is_cut_short() =>
        Refused(PickleProgram.Archive(new PickleProgram().Code(new string('(', 3_000_000)).Bytes), "more than 2000000 instructions");

    [Fact]
    public void Big_endian_numbers_and_compressed_records_are_refused()
    {
        var pickle = PickleProgram.One(1, 0, [1], [1]);
        Refused(PickleProgram.Archive(pickle, new byte[4], order: "big"), "not little-endian");
        Refused(PickleProgram.Archive([.. pickle, .. new byte[1000]], new byte[4], compression: CompressionLevel.Optimal), "is compressed");
    }

    [Fact]
    public void An_empty_file_and_a_safetensors_file_are_refused()
    {
        Refused([], "truncated");
        Refused(File.ReadAllBytes(Golden.Locate("models", "torchvision-vit", "model.safetensors")), "no complete zip archive");
    }

    [Fact]
    public void A_disposed_file_can_be_deleted_and_its_tensors_say_so()
    {
        var path = folder.Put("one.pt", PickleProgram.Archive(PickleProgram.One(1, 0, [1], [1]), new byte[4]));
        var file = TorchFile.Open(path);
        var tensor = file.Tensors[0];
        file.Dispose();
        File.Delete(path);
        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray<float>());
    }

    [Fact]
    public void Ten_thousand_damaged_files_are_read_or_refused_with_little_memory()
    {
        byte[][] originals =
        [
            File.ReadAllBytes(Golden.Locate("models", "hostile-pt", "endless_memo.pt")),
            PickleProgram.Archive(PickleProgram.One(6, 0, [3, 2], [1, 3]), new byte[24]),
            new PickleProgram().Bytes,
        ];
        originals[2] = PickleProgram.Archive(
            new PickleProgram().Code("](").Tensor("0", 2, 0, [2], [1]).Tensor("0", 2, 0, [1, 2], [2, 1], "HalfStorage").Code("e.").Bytes,
            new byte[8]
        );
        var random = new Random(7);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 10_000; round++)
        {
            var damaged = Damaged(originals[round % originals.Length], random);
            var path = folder.Put("damaged.pt", damaged);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = TorchFile.Open(path);
                Assert.All(file.Tensors, tensor => Assert.True(tensor.ByteCount <= damaged.Length));
                Assert.All(file.Tensors, tensor => tensor.CopyTo(new byte[tensor.ByteCount]));
                read++;
            }
            catch (TorchFileException)
            {
                refused++;
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20, $"round {round} allocated much");
        }

        Assert.True(read > 500 && refused > 2000, $"{read} read, {refused} refused");
    }

    public void Dispose() => folder.Dispose();

    private static byte[] Damaged(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static byte[] Bytes(float[] numbers) => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();

    private static void AssertSame(TensorView expected, TensorView found)
    {
        Assert.Equal((expected.Dtype, expected.ByteCount), (found.Dtype, found.ByteCount));
        Assert.Equal(expected.Shape, found.Shape);
        Assert.True(expected.Bytes.SequenceEqual(found.Bytes), $"{expected} differs");
    }

    private TorchFile Opened(byte[] pickle, float[] numbers) =>
        TorchFile.Open(folder.Put("file.pt", PickleProgram.Archive(pickle, Bytes(numbers))));

    private void Refused(byte[] archive, string reason)
    {
        var path = folder.Put("refused.pt", archive);
        var refusal = Assert.Throws<TorchFileException>(() => TorchFile.Open(path));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }
}
