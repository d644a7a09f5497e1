using CsCheck;
using LoRAEnsembleHub.Hub.Serving.Xet;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Xet;

public sealed class XorbTests
{
    [Fact]
    public void Any_chunks_packed_in_any_way_are_read_back()
    {
        var chunk = Gen.Byte.Array[1, 3000].Select(Gen.Enum<ChunkScheme>());
        Gen.Select(chunk.Array[1, 8], Gen.Bool)
            .Sample(
                (chunks, hasFooter) =>
                {
                    byte[] xorb =
                    [
                        .. chunks.SelectMany(each => XorbBytes.Chunk(each.Item1, each.Item2)),
                        .. hasFooter ? XorbBytes.Footer : [],
                    ];
                    var read = ReadAll(xorb);
                    Assert.Equal(chunks.Length, read.Count);
                    foreach (var (expected, found) in chunks.Zip(read))
                    {
                        Assert.Equal(expected.Item1, found);
                    }
                },
                iter: 200
            );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_chunk_of_the_largest_size_is_read(byte scheme)
    {
        var plain = new byte[XetLimits.ChunkBytes];
        new Random(1).NextBytes(plain);
        Assert.Equal(plain, Assert.Single(ReadAll(XorbBytes.Chunk(plain, (ChunkScheme)scheme))));
    }

    [Fact]
    public void Grouped_bytes_of_every_short_length_return_to_their_order()
    {
        for (var length = 0; length < 20; length++)
        {
            byte[] plain = [.. Enumerable.Range(0, length).Select(value => (byte)value)];
            byte[] grouped = [.. Enumerable.Range(0, 4).SelectMany(group => plain.Where(value => value % 4 == group))];
            var found = new byte[length];
            ByteGroups.Undo(grouped, found);
            Assert.Equal(plain, found);
        }
    }

    [Fact]
    public void Cut_anywhere_a_xorb_is_refused_or_shorter_and_never_read_beyond_its_end()
    {
        byte[] xorb = [.. XorbBytes.Chunk([1, 2, 3], ChunkScheme.None), .. XorbBytes.Chunk(new byte[500], ChunkScheme.Lz4)];
        var first = ChunkHeader.Length + 3;
        for (var length = 0; length < xorb.Length; length++)
        {
            if (length == first)
            {
                Assert.Single(ReadAll(xorb[..length]));
            }
            else
            {
                Assert.Throws<XetException>(() => ReadAll(xorb[..length]));
            }
        }
    }

    [Fact]
    public void A_chunk_that_unpacks_to_more_or_less_than_it_says_is_refused()
    {
        var packed = XorbBytes.Chunk(new byte[1000], ChunkScheme.Lz4)[ChunkHeader.Length..];
        Assert.Contains("more than 999", Refusal(XorbBytes.Chunk(packed, ChunkScheme.Lz4, 999)), StringComparison.Ordinal);
        Assert.Contains(
            "1000 bytes, where its header says 1001",
            Refusal(XorbBytes.Chunk(packed, ChunkScheme.Lz4, 1001)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_bomb_of_a_chunk_is_refused_by_its_header()
    {
        var packed = XorbBytes.Chunk(new byte[1000], ChunkScheme.Lz4)[ChunkHeader.Length..];
        Assert.Contains(
            "allowed are 1 to 131072",
            Refusal(XorbBytes.Chunk(packed, ChunkScheme.Lz4, XetLimits.ChunkBytes + 1)),
            StringComparison.Ordinal
        );
        Assert.Contains("allowed are 1 to", Refusal(XorbBytes.Chunk(packed, ChunkScheme.Lz4, 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_versions_schemes_and_lengths_that_do_not_fit_are_refused()
    {
        var chunk = XorbBytes.Chunk([1, 2, 3], ChunkScheme.None);
        Assert.Contains("version 1", Refusal([1, .. chunk[1..]]), StringComparison.Ordinal);
        Assert.Contains("scheme 3", Refusal([.. chunk[..4], 3, .. chunk[5..]]), StringComparison.Ordinal);
        Assert.Contains("3 packed bytes for 2", Refusal(XorbBytes.Chunk([1, 2, 3], ChunkScheme.None, 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_frame_are_refused_whatever_they_are()
    {
        Gen.Byte.Array[1, 200]
            .Sample(packed =>
            {
                var refused = false;
                try
                {
                    ReadAll(XorbBytes.Chunk(packed, ChunkScheme.Lz4, 150));
                }
                catch (XetException)
                {
                    refused = true;
                }

                Assert.True(refused);
            });
    }

    private static string Refusal(byte[] xorb) => Assert.Throws<XetException>(() => ReadAll(xorb)).Message;

    private static List<byte[]> ReadAll(byte[] xorb) => ReadAllAsync(xorb).GetAwaiter().GetResult();

    private static async Task<List<byte[]>> ReadAllAsync(byte[] xorb)
    {
        var stream = new MemoryStream(xorb, writable: false);
        var chunks = new List<byte[]>();
        foreach (var place in await XorbReader.FindChunksAsync(stream, CancellationToken.None))
        {
            chunks.Add(await XorbReader.ReadChunkAsync(stream, place, CancellationToken.None));
        }

        return chunks;
    }
}
