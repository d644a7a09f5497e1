using System.Buffers.Binary;
using System.IO.Compression;

namespace LoRAEnsembleHub.Data;

/// <summary>Reads one IDX file of unsigned bytes, plain or gzipped, and refuses every file that is not exactly that.</summary>
/// <remarks>
/// The format of MNIST (LeCun, Cortes and Burges 1998): two zero bytes, a type byte (8 = unsigned byte), the number of dimensions, each
/// dimension as a big-endian 32-bit number, then the values, last dimension fastest.
/// </remarks>
internal static class IdxFile
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">The file; gzipped if its name ends in <c>.gz</c>.</param>
    /// <param name="rank">The number of dimensions needed: 3 for images, 1 for labels.</param>
    /// <returns>The dimensions and the values in them.</returns>
    /// <exception cref="DataSetException">The file is not a whole IDX file of unsigned bytes and that rank.</exception>
    internal static (int[] Sizes, byte[] Values) Read(string path, int rank)
    {
        using var file = File.OpenRead(path);
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            return Read(file, path, rank);
        }

        try
        {
            using var unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            var content = Read(unpacked, path, rank);
            EnsureTrailer(file, path, 4 + (4 * rank) + content.Values.Length);
            return content;
        }
        catch (InvalidDataException problem)
        {
            throw DataSetException.Malformed(
                $"{path}: the gzip data are broken or cut off ({problem.Message}) Fetch the file again.",
                problem
            );
        }
    }

    private static (int[] Sizes, byte[] Values) Read(Stream stream, string path, int rank)
    {
        Span<byte> header = stackalloc byte[4 + (4 * rank)];
        var found = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        Ensure(found >= 4, path, $"only {found} bytes; an IDX file starts with 4 bytes of magic. Fetch the file again.");
        Ensure(
            header[0] == 0 && header[1] == 0,
            path,
            $"starts with {header[0]:x2} {header[1]:x2}; an IDX file starts with 00 00. Is it another kind of file?"
        );
        Ensure(
            header[2] == UnsignedByte,
            path,
            $"the values have type 0x{header[2]:x2}; only unsigned bytes (0x08) are read. Convert the file."
        );
        Ensure(
            header[3] == rank,
            path,
            $"{header[3]} dimensions; {rank} {(rank == 1 ? "is" : "are")} needed. Are the image and the label file mixed up?"
        );
        Ensure(found == header.Length, path, $"cut off inside the header, after {found} of {header.Length} bytes. Fetch the file again.");
        var sizes = new int[rank];
        long total = 1;
        for (var axis = 0; axis < rank; axis++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * axis))..]);
            Ensure(size is > 0 and <= int.MaxValue, path, $"dimension {axis} is {size}; it must be 1 … {int.MaxValue}.");
            sizes[axis] = (int)size;
            total = Math.Min(total * size, long.MaxValue >> 31); // Stays far above the limit without overflowing.
        }

        var sizeText = string.Join(" × ", sizes);
        Ensure(total <= Array.MaxLength, path, $"{sizeText} values are too many to hold; the limit is {Array.MaxLength}. Split the file.");
        return (sizes, ReadValues(stream, path, (int)total, sizeText));
    }

    // Grows with what is really there, so a header that promises gigabytes costs nothing.
    private static byte[] ReadValues(Stream stream, string path, int total, string sizeText)
    {
        var values = new byte[Math.Min(total, 1 << 20)];
        var read = 0;
        while (read < total)
        {
            if (read == values.Length)
            {
                Array.Resize(ref values, (int)Math.Min(total, 2L * values.Length));
            }

            var count = stream.Read(values, read, values.Length - read);
            Ensure(count > 0, path, $"holds {read} values; {sizeText} = {total} are announced. Fetch the file again.");
            read += count;
        }

        Ensure(stream.ReadByte() < 0, path, $"bytes follow after the {sizeText} = {total} values announced. Fetch the file again.");
        return values;
    }

    // The unpacker stops quietly at whatever follows the compressed part; the last four bytes tell the unpacked size (RFC 1952, 2.3.1).
    private static void EnsureTrailer(FileStream file, string path, long unpackedBytes)
    {
        Span<byte> size = stackalloc byte[4];
        file.Seek(-4, SeekOrigin.End);
        file.ReadExactly(size);
        Ensure(
            BinaryPrimitives.ReadUInt32LittleEndian(size) == (uint)unpackedBytes,
            path,
            "the gzip data do not end with their own size: bytes are missing at the end, or others follow. Fetch the file again."
        );
    }

    private static void Ensure(bool fine, string path, string problem)
    {
        if (!fine)
        {
            throw DataSetException.Malformed($"{path}: {problem}");
        }
    }
}
