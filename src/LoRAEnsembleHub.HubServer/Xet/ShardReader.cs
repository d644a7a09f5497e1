using System.Buffers.Binary;

namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>Reads the files that a shard describes; every length is proved before it is used.</summary>
/// <remarks>
/// A header of 48 bytes, then records of 48 bytes: for each file a head, its terms, as many verification records if flag 0x80000000 is
/// set, and one record of metadata if flag 0x40000000 is set; the section ends with a record that begins with 32 bytes 0xFF. What
/// follows (xorbs, lookup tables, a footer) says nothing that is needed here (xet-core, mdb_shard).
/// </remarks>
internal static class ShardReader
{
    private const int RecordBytes = 48;
    private const uint HasVerification = 0x8000_0000;
    private const uint HasMetadata = 0x4000_0000;
    private const ulong KnownVersion = 2;

    /// <summary>Reads all files.</summary>
    /// <param name="shard">The whole shard.</param>
    /// <returns>The files in their order.</returns>
    /// <exception cref="XetException">The bytes are no shard.</exception>
    public static IReadOnlyList<ShardFile> Read(ReadOnlySpan<byte> shard)
    {
        if (shard.Length < RecordBytes || !shard.StartsWith("HFRepoMetaData\0"u8))
        {
            throw new XetException("The body is no shard: it does not begin with HFRepoMetaData.");
        }

        var version = BinaryPrimitives.ReadUInt64LittleEndian(shard[XetHash.Length..]);
        if (version != KnownVersion)
        {
            throw new XetException($"The shard has version {version}; only version {KnownVersion} is known.");
        }

        var files = new List<ShardFile>();
        var at = RecordBytes;
        while (true)
        {
            var head = Record(shard, ref at, files.Count);
            if (!head[..XetHash.Length].ContainsAnyExcept((byte)0xFF))
            {
                return files;
            }

            files.Add(ReadFile(head, shard, ref at, files.Count));
        }
    }

    private static ShardFile ReadFile(ReadOnlySpan<byte> head, ReadOnlySpan<byte> shard, ref int at, int file)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(head[32..]);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(head[36..]);
        if (count > (shard.Length - at) / RecordBytes)
        {
            throw new XetException(
                $"File {file} of the shard claims {count} terms; the shard has room for {(shard.Length - at) / RecordBytes}."
            );
        }

        var terms = new ShardTerm[count];
        for (var term = 0; term < terms.Length; term++)
        {
            terms[term] = ReadTerm(Record(shard, ref at, file), file, term);
        }

        for (var term = 0; (flags & HasVerification) != 0 && term < terms.Length; term++)
        {
            Record(shard, ref at, file);
        }

        var sha256 =
            (flags & HasMetadata) == 0 ? null : ContentHash.Parse(XetHash.FromBytes(Record(shard, ref at, file)[..XetHash.Length]).Hex);
        return new(XetHash.FromBytes(head[..XetHash.Length]), terms, sha256);
    }

    private static ShardTerm ReadTerm(ReadOnlySpan<byte> record, int file, int term)
    {
        var bytes = BinaryPrimitives.ReadUInt32LittleEndian(record[36..]);
        var first = BinaryPrimitives.ReadUInt32LittleEndian(record[40..]);
        var end = BinaryPrimitives.ReadUInt32LittleEndian(record[44..]);
        return first < end && end <= XetLimits.XorbChunks
            ? new(XetHash.FromBytes(record[..XetHash.Length]), bytes, (int)first, (int)end)
            : throw new XetException(
                $"Term {term} of file {file} of the shard names the chunks {first} to {end}; allowed are 0 to {XetLimits.XorbChunks}, at least one."
            );
    }

    private static ReadOnlySpan<byte> Record(ReadOnlySpan<byte> shard, ref int at, int file)
    {
        if (shard.Length - at < RecordBytes)
        {
            throw new XetException($"The shard ends within file {file}: its list of files has no end mark.");
        }

        at += RecordBytes;
        return shard.Slice(at - RecordBytes, RecordBytes);
    }
}
