using System.Buffers.Binary;

namespace LoRAEnsembleHub.Native;

/// <summary>Tells whether a 64-bit ELF file goes on as far as its header says.</summary>
/// <remarks>The loader maps a half-copied library without complaint, and the process dies of SIGBUS on first touch.</remarks>
internal static class ElfExtent
{
    public static bool IsCutShort(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> header = stackalloc byte[64];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("\u007fELF\u0002"u8))
        {
            return false; // not for this check; the loader will say what is wrong
        }

        var sectionTable = BinaryPrimitives.ReadUInt64LittleEndian(header[0x28..]); // e_shoff
        var entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(header[0x3a..]); // e_shentsize
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(header[0x3c..]); // e_shnum
        var tableBytes = (ulong)entryBytes * entries;
        return tableBytes > (ulong)stream.Length || sectionTable > (ulong)stream.Length - tableBytes;
    }
}
