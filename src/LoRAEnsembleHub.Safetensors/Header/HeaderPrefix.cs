using System.Buffers.Binary;

namespace LoRAEnsembleHub.Safetensors.Header;

/// <summary>The first 8 bytes of a file: the header's length, unsigned, little-endian.</summary>
internal static class HeaderPrefix
{
    /// <summary>Bytes of the prefix.</summary>
    public const int Length = 8;

    /// <summary>Reads the header's length and proves it against the cap and, where it is known, the file's length.</summary>
    /// <param name="prefix">The first bytes of the file, 8 of them where there are as many.</param>
    /// <param name="fileBytes">Length of the file; null while it is unknown.</param>
    /// <param name="file">Name for messages.</param>
    public static int Read(ReadOnlySpan<byte> prefix, long? fileBytes, string file)
    {
        if (prefix.Length < Length)
        {
            throw new SafetensorsException(
                SafetensorsDefect.FileTooShort,
                file,
                null,
                $"the file has {prefix.Length} bytes; the header length alone needs {Length}."
            );
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new SafetensorsException(
                SafetensorsDefect.HeaderTooLarge,
                file,
                null,
                $"the header length is {length} bytes; at most {SafetensorsLimits.MaxHeaderBytes} are allowed. Is it a safetensors file?"
            );
        }

        if (fileBytes is { } available && (long)length > available - Length)
        {
            throw TooLong((int)length, available - Length, file);
        }

        return (int)length;
    }

    public static SafetensorsException TooLong(int length, long available, string file) =>
        new(
            SafetensorsDefect.HeaderLongerThanFile,
            file,
            null,
            $"the header length is {length} bytes, but only {available} bytes follow it. Is the file complete?"
        );
}
