using CsCheck;
using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class IdxFileTests
{
    private static readonly byte[] Good = DataFolder.Idx([2, 1, 2], [1, 2, 3, 4]);

    [Theory]
    [InlineData("plain")]
    [InlineData("packed.gz")]
    public void A_whole_file_is_read(string name)
    {
        using var folder = new DataFolder();
        var (sizes, values) = IdxFile.Read(folder.Write(name, Good), rank: 3);
        Assert.Equal([2, 1, 2], sizes);
        Assert.Equal([1, 2, 3, 4], values);
    }

    [Theory]
    [InlineData("only 0 bytes", new byte[0])]
    [InlineData("only 3 bytes", new byte[] { 0, 0, 8 })]
    [InlineData("starts with 89 50", new byte[] { 0x89, 0x50, 8, 3 })]
    [InlineData("type 0x0d", new byte[] { 0, 0, 0x0D, 3, 0, 0, 0, 1 })]
    [InlineData("1 dimensions; 3 are needed", new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 7 })]
    [InlineData("after 6 of 16 bytes", new byte[] { 0, 0, 8, 3, 0, 0 })]
    [InlineData("dimension 1 is 0", new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 })]
    [InlineData("dimension 0 is 4294967295", new byte[] { 0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 1 })]
    [InlineData("too many to hold", new byte[] { 0, 0, 8, 3, 127, 255, 255, 255, 127, 255, 255, 255, 127, 255, 255, 255 })]
    [InlineData(
        "holds 1 values; 1 × 1 × 2147483000 = 2147483000",
        new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 127, 255, 253, 120, 9 }
    )]
    [InlineData("bytes follow", new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9 })]
    public void A_file_that_is_wrong_is_refused_by_name_and_defect(string expected, byte[] bytes)
    {
        using var folder = new DataFolder();
        foreach (var name in new[] { "plain", "packed.gz" })
        {
            var file = folder.Write(name, bytes);
            var problem = Assert.Throws<DataSetException>(() => IdxFile.Read(file, rank: 3));
            Assert.StartsWith(file + ": ", problem.Message, StringComparison.Ordinal);
            Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_archive_cut_off_anywhere_is_refused()
    {
        using var folder = new DataFolder();
        var packed = DataFolder.Packed(Good);
        for (var length = 0; length < packed.Length; length++)
        {
            var file = folder.WriteRaw("cut.gz", packed[..length]);
            var problem = Assert.Throws<DataSetException>(() => IdxFile.Read(file, rank: 3));
            Assert.StartsWith(file, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bytes_after_an_archive_are_refused()
    {
        using var folder = new DataFolder();
        var file = folder.WriteRaw("long.gz", [.. DataFolder.Packed(Good), 1, 2, 3, 4]);
        Assert.Contains(
            "others follow",
            Assert.Throws<DataSetException>(() => IdxFile.Read(file, rank: 3)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_but_never_crash_the_reader()
    {
        using var folder = new DataFolder();
        Gen.Byte.Array[0, 40]
            .Sample(
                noise =>
                {
                    var file = folder.WriteRaw("noise", [0, 0, 8, .. noise]);
                    try
                    {
                        IdxFile.Read(file, rank: 3);
                    }
                    catch (DataSetException problem)
                    {
                        Assert.StartsWith(file, problem.Message, StringComparison.Ordinal);
                    }
                },
                iter: 300,
                threads: 1
            );
    }
}
