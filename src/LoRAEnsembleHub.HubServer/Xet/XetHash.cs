using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LoRAEnsembleHub.Hub.Serving.Xet;

/// <summary>The 32 bytes by which Xet names files, xorbs and contents.</summary>
/// <remarks>
/// The bytes are four little-endian numbers of 64 bits, and the text is each of them as 16 digits, most significant first; so the text is
/// not the plain hexadecimal form of the bytes (xet-core, merklehash). That holds for the SHA-256 in a shard too.
/// </remarks>
internal readonly record struct XetHash
{
    public const int Length = 32;

    private const int WordBytes = 8;
    private const int WordDigits = 16;
    private const int Digits = 64;

    private XetHash(string hex) => Hex = hex;

    /// <summary>The 64 digits in lower case; safe as a file name.</summary>
    public string Hex { get; }

    /// <returns>The hash that 32 bytes of a shard are.</returns>
    public static XetHash FromBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        Span<char> digits = stackalloc char[Digits];
        for (var word = 0; word < Length / WordBytes; word++)
        {
            var value = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(word * WordBytes)..]);
            value.TryFormat(digits[(word * WordDigits)..], out _, "x16", CultureInfo.InvariantCulture);
        }

        return new(new string(digits));
    }

    /// <summary>Reads the text of a hash, or says no.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out XetHash? hash)
    {
        var fits = text is { Length: Digits } && text.All(char.IsAsciiHexDigitLower);
        hash = fits ? new(text!) : null;
        return fits;
    }

    /// <returns>The 32 bytes, as a shard holds them.</returns>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        for (var word = 0; word < Length / WordBytes; word++)
        {
            var value = ulong.Parse(
                Hex.AsSpan(word * WordDigits, WordDigits),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture
            );
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(word * WordBytes), value);
        }

        return bytes;
    }

    public override string ToString() => Hex;
}
