using System.Buffers.Binary;
using K4os.Compression.LZ4.Streams;
using LoRAEnsembleHub.Hub.Serving.Xet;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Xet;

/// <summary>Writes xorbs and shards as a Xet client does, for the server to read.</summary>
internal static class XorbBytes
{
    public static byte[] Chunk(byte[] plain, ChunkScheme scheme) => Chunk(Packed(plain, scheme), scheme, plain.Length);

    public static byte[] Chunk(byte[] packed, ChunkScheme scheme, int length) =>
        [0, .. Length(packed.Length), (byte)scheme, .. Length(length), .. packed];

    public static byte[] Footer { get; } = [.. "XETBLOB"u8, 1, 2, 3, 4, 5];

    /// <summary>A shard with these files; a file without a hash has no metadata record.</summary>
    public static byte[] Shard(params ReadOnlySpan<ShardFile> files)
    {
        using var shard = new MemoryStream();
        shard.Write([.. "HFRepoMetaData\0"u8, .. new byte[17]]);
        Number(shard, 2UL);
        Number(shard, 200UL);
        foreach (var file in files)
        {
            shard.Write(file.Hash.ToBytes());
            Number(shard, 0x8000_0000 | (file.Sha256 is null ? 0 : 0x4000_0000u));
            Number(shard, (uint)file.Terms.Count);
            Number(shard, 0UL);
            foreach (var term in file.Terms)
            {
                shard.Write(term.Xorb.ToBytes());
                Number(shard, 0u);
                Number(shard, (uint)term.Bytes);
                Number(shard, (uint)term.First);
                Number(shard, (uint)term.End);
            }

            shard.Write(new byte[48 * file.Terms.Count]);
            if (file.Sha256 is not null)
            {
                shard.Write(Hash(file.Sha256.Hex).ToBytes());
                shard.Write(new byte[16]);
            }
        }

        shard.Write([.. Enumerable.Repeat((byte)0xFF, 32), .. new byte[16]]);
        shard.Write(new byte[200]);
        return shard.ToArray();
    }

    public static XetHash Hash(string hex) => XetHash.TryParse(hex, out var hash) ? hash.Value : throw new ArgumentException(hex);

    public static XetHash Hash(int number) => Hash(number.ToString("x64", null));

    private static byte[] Packed(byte[] plain, ChunkScheme scheme) =>
        scheme switch
        {
            ChunkScheme.None => plain,
            ChunkScheme.Lz4 => Frame(plain),
            _ => Frame(Grouped(plain)),
        };

    private static byte[] Frame(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var frame = LZ4Stream.Encode(packed, leaveOpen: true))
        {
            frame.Write(plain);
        }

        return packed.ToArray();
    }

    private static byte[] Grouped(byte[] plain) =>
        [.. Enumerable.Range(0, 4).SelectMany(group => plain.Where((_, place) => place % 4 == group))];

    private static byte[] Length(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];

    private static void Number(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void Number(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}
