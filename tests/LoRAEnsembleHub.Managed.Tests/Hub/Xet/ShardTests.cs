using LoRAEnsembleHub.Hub;
using LoRAEnsembleHub.Hub.Serving.Xet;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Xet;

public sealed class ShardTests
{
    private static readonly ContentHash content = ContentHash.Parse("00010203040506070809101112131415161718192021222324252627282930ff");

    [Fact]
    public void A_hash_is_four_little_endian_numbers_and_its_text_writes_each_from_the_top()
    {
        byte[] bytes = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];
        var hash = XetHash.FromBytes(bytes);
        Assert.Equal("07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918", hash.Hex);
        Assert.Equal(bytes, hash.ToBytes());
    }

    [Fact]
    public void Files_terms_and_hashes_are_read_as_they_were_written()
    {
        var first = new ShardFile(
            XorbBytes.Hash(1),
            [new(XorbBytes.Hash(7), 100, 0, 3), new(XorbBytes.Hash(8), 5_000_000_000 % uint.MaxValue, 2, 900)],
            content
        );
        var second = new ShardFile(XorbBytes.Hash(2), [], null);
        var read = ShardReader.Read(XorbBytes.Shard(first, second));
        Assert.Equal(2, read.Count);
        Assert.Equal((first.Hash, first.Sha256), (read[0].Hash, read[0].Sha256));
        Assert.Equal(first.Terms, read[0].Terms);
        Assert.Empty(read[1].Terms);
        Assert.Null(read[1].Sha256);
    }

    [Fact]
    public void Cut_anywhere_before_its_end_mark_a_shard_is_refused()
    {
        var shard = XorbBytes.Shard(new ShardFile(XorbBytes.Hash(1), [new(XorbBytes.Hash(7), 100, 0, 3)], content));
        for (var length = 0; length < shard.Length - 200; length++)
        {
            Assert.Throws<XetException>(() => ShardReader.Read(shard.AsSpan(0, length)));
        }

        Assert.Single(ShardReader.Read(shard.AsSpan(0, shard.Length - 200)));
    }

    [Fact]
    public void A_count_of_terms_beyond_the_shard_is_refused_before_room_is_made_for_it()
    {
        var shard = XorbBytes.Shard(new ShardFile(XorbBytes.Hash(1), [], null));
        shard.AsSpan(48 + 36, 4).Fill(0xFF);
        Assert.Contains(
            "claims 4294967295 terms",
            Assert.Throws<XetException>(() => ShardReader.Read(shard)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(0, XetLimits.XorbChunks + 1)]
    public void A_term_without_chunks_or_beyond_any_xorb_is_refused(int first, int end) =>
        Assert.Throws<XetException>(() =>
            ShardReader.Read(XorbBytes.Shard(new ShardFile(XorbBytes.Hash(1), [new(XorbBytes.Hash(7), 1, first, end)], null)))
        );

    [Fact]
    public void Another_version_and_another_file_are_refused()
    {
        var shard = XorbBytes.Shard();
        shard[32] = 3;
        Assert.Contains("version 3", Assert.Throws<XetException>(() => ShardReader.Read(shard)).Message, StringComparison.Ordinal);
        Assert.Throws<XetException>(() => ShardReader.Read(new byte[500]));
    }
}
