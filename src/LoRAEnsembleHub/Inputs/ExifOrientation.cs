using System.Buffers.Binary;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Finds the orientation in EXIF data.</summary>
/// <remarks>TIFF 6.0, section 2, and EXIF 2.32, 4.6.5.1: one directory of 12-byte entries; tag 0x0112 is a SHORT.</remarks>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;
    private const ushort ShortType = 3;
    private const ushort LongType = 4;

    /// <summary>The orientation, or top left where the data is damaged, has no such entry or an unknown value.</summary>
    public static ImageOrientationTag Read(ReadOnlySpan<byte> exif)
    {
        // Some writers keep the marker that only JPEG needs.
        var tiff = exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
        var little = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || (!little && !tiff.StartsWith("MM"u8)) || Short(tiff[2..], little) != 42)
        {
            return ImageOrientationTag.TopLeft;
        }

        var start = Long(tiff[4..], little);
        if (start > tiff.Length - 2)
        {
            return ImageOrientationTag.TopLeft;
        }

        var entries = tiff[((int)start + 2)..];
        for (int left = Short(tiff[(int)start..], little); left > 0 && entries.Length >= 12; left--, entries = entries[12..])
        {
            if (Short(entries, little) == Tag)
            {
                return Value(entries[..12], little);
            }
        }

        return ImageOrientationTag.TopLeft;
    }

    private static ImageOrientationTag Value(ReadOnlySpan<byte> entry, bool little)
    {
        uint value = (Short(entry[2..], little), Long(entry[4..], little)) switch
        {
            (ShortType, 1) => Short(entry[8..], little),
            (LongType, 1) => Long(entry[8..], little),
            _ => 0,
        };
        return value is >= 1 and <= 8 ? (ImageOrientationTag)value : ImageOrientationTag.TopLeft;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Long(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
