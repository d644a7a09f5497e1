using System.Buffers.Binary;
using System.Text;
using LoRAEnsembleHub.Safetensors.Storage;

namespace LoRAEnsembleHub.Safetensors.TorchFiles;

/// <summary>The records of a zip archive that lie in it uncompressed, so that they can be read in place.</summary>
/// <remarks>PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3 (ZIP64). Every record is proved to lie before the central directory, apart from all others.</remarks>
internal static class StoredZip
{
    /// <summary>Bytes of an archive without records.</summary>
    public const int ShortestArchive = EndBytes;

    private const uint LocalSignature = 0x04034b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const int EndBytes = 22;
    private const int Zip64LocatorBytes = 20;
    private const int Zip64EndBytes = 56;
    private const int LocalBytes = 30;
    private const int CentralBytes = 46;
    private const int LongestComment = ushort.MaxValue;
    private const int Zip64Extra = 1;
    private const int EncryptedFlag = 1;

    /// <summary>Finds all records.</summary>
    /// <returns>Position and length of each by its name.</returns>
    /// <exception cref="TorchFileException">It is no such archive.</exception>
    public static IReadOnlyDictionary<string, (long Position, long Length)> Read(ByteLease bytes, long length, string file)
    {
        var (count, directory, directoryBytes) = End(bytes, length, file);
        if (count > SafetensorsLimits.MaxTensors || directoryBytes > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new TorchFileException(
                file,
                $"the archive announces {count} records in {directoryBytes} bytes; at most {SafetensorsLimits.MaxTensors} in {SafetensorsLimits.MaxHeaderBytes} are read."
            );
        }

        var records = new Dictionary<string, (long Position, long Length)>(StringComparer.Ordinal);
        var place = directory;
        for (var index = 0L; index < count; index++)
        {
            place = AddRecord(records, bytes, place, directory, directory + directoryBytes, file);
        }

        RefuseOverlap(records, file);
        return records;
    }

    private static (long Count, long Directory, long DirectoryBytes) End(ByteLease bytes, long length, string file)
    {
        var tailBytes = (int)Math.Min(length, EndBytes + LongestComment);
        var tail = bytes.At(length - tailBytes, tailBytes);
        for (var at = tailBytes - EndBytes; at >= 0; at--)
        {
            var end = tail[at..];
            if (U32(end, 0) == EndSignature && EndBytes + U16(end, 20) == end.Length)
            {
                var position = length - end.Length;
                var (count, size, directory) = Zip64(bytes, position, file) ?? (U16(end, 10), U32(end, 12), U32(end, 16));
                return directory >= 0 && size >= 0 && directory <= position - size
                    ? (count, directory, size)
                    : throw new TorchFileException(file, "the archive's directory lies outside the file; the file is damaged.");
            }
        }

        throw new TorchFileException(
            file,
            "it is no complete zip archive, as torch.save writes it since PyTorch 1.6: it is truncated, or a bare pickle of an older version, which is not read."
        );
    }

    /// <summary>The numbers of a ZIP64 archive, which torch.save always writes in part; null where the short ones hold.</summary>
    private static (long Count, long Size, long Directory)? Zip64(ByteLease bytes, long end, string file)
    {
        var locator = end - Zip64LocatorBytes;
        if (locator < Zip64EndBytes || U32(bytes.At(locator, Zip64LocatorBytes), 0) != Zip64LocatorSignature)
        {
            return null;
        }

        var position = I64(bytes.At(locator, Zip64LocatorBytes), 8);
        if (position < 0 || position > locator - Zip64EndBytes)
        {
            throw new TorchFileException(file, "the archive's ZIP64 directory lies outside the file; the file is damaged.");
        }

        var record = bytes.At(position, Zip64EndBytes);
        return U32(record, 0) == Zip64EndSignature
            ? (I64(record, 32), I64(record, 40), I64(record, 48))
            : throw new TorchFileException(file, "the archive's ZIP64 directory has no signature; the file is damaged.");
    }

    private static long AddRecord(
        Dictionary<string, (long Position, long Length)> records,
        ByteLease bytes,
        long place,
        long directory,
        long directoryEnd,
        string file
    )
    {
        if (place > directoryEnd - CentralBytes || U32(bytes.At(place, CentralBytes), 0) != CentralSignature)
        {
            throw new TorchFileException(file, "the archive's directory ends before its last record; the file is damaged.");
        }

        var header = bytes.At(place, CentralBytes);
        var (nameBytes, extraBytes, commentBytes) = (U16(header, 28), U16(header, 30), U16(header, 32));
        var after = place + CentralBytes + nameBytes + extraBytes + commentBytes;
        if (after > directoryEnd)
        {
            throw new TorchFileException(file, "a record's name reaches beyond the archive's directory; the file is damaged.");
        }

        var rawName = bytes.At(place + CentralBytes, nameBytes);
        var name = Encoding.UTF8.GetString(rawName);
        TorchFileException Wrong(string what) => new(file, $"the record {SafetensorsException.Quote(name)} {what}");
        var flags = U16(header, 8);
        var method = U16(header, 10);
        if ((flags & EncryptedFlag) != 0 || method != 0)
        {
            throw Wrong(
                method == 0 ? "is encrypted; such archives are not read." : "is compressed; torch.save stores records as they are."
            );
        }

        long packed = U32(header, 20);
        long plain = U32(header, 24);
        long local = U32(header, 42);
        if (!Widen(bytes.At(place + CentralBytes + nameBytes, extraBytes), ref plain, ref packed, ref local))
        {
            throw Wrong("lacks the ZIP64 numbers that its header announces; the file is damaged.");
        }

        if (packed != plain || plain < 0 || local < 0 || local > directory - LocalBytes)
        {
            throw Wrong("lies outside the archive or has two lengths; the file is damaged.");
        }

        var localHeader = bytes.At(local, LocalBytes);
        var position = local + LocalBytes + U16(localHeader, 26) + U16(localHeader, 28);
        if (
            U32(localHeader, 0) != LocalSignature
            || position > directory
            || plain > directory - position
            || U16(localHeader, 26) != nameBytes
            || !bytes.At(local + LocalBytes, nameBytes).SequenceEqual(rawName)
        )
        {
            throw Wrong("is not where the archive's directory says; the file is damaged.");
        }

        if (!records.TryAdd(name, (position, plain)))
        {
            throw Wrong("is there twice.");
        }

        return after;
    }

    /// <summary>Takes the 64-bit numbers of those that do not fit their short fields.</summary>
    /// <returns>Whether all that are announced are there.</returns>
    private static bool Widen(ReadOnlySpan<byte> extra, ref long plain, ref long packed, ref long local)
    {
        if (plain != uint.MaxValue && packed != uint.MaxValue && local != uint.MaxValue)
        {
            return true;
        }

        while (extra.Length >= 4)
        {
            var size = U16(extra, 2);
            if (size > extra.Length - 4)
            {
                return false;
            }

            if (U16(extra, 0) == Zip64Extra)
            {
                var fields = extra.Slice(4, size);
                return Take(ref fields, ref plain) && Take(ref fields, ref packed) && Take(ref fields, ref local);
            }

            extra = extra[(4 + size)..];
        }

        return false;
    }

    private static bool Take(ref ReadOnlySpan<byte> fields, ref long number)
    {
        if (number != uint.MaxValue)
        {
            return true;
        }

        if (fields.Length < sizeof(long))
        {
            return false;
        }

        number = I64(fields, 0);
        fields = fields[sizeof(long)..];
        return true;
    }

    private static void RefuseOverlap(Dictionary<string, (long Position, long Length)> records, string file)
    {
        var end = 0L;
        foreach (var (name, (position, length)) in records.OrderBy(record => record.Value.Position).ThenBy(record => record.Value.Length))
        {
            if (position < end)
            {
                throw new TorchFileException(file, $"the record {SafetensorsException.Quote(name)} overlaps another; the file is damaged.");
            }

            end = position + length;
        }
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
