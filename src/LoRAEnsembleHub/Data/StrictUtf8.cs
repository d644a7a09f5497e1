using System.Globalization;
using System.Text;

namespace LoRAEnsembleHub.Data;

/// <summary>Reads text as UTF-8, with a byte order mark or without, and refuses bytes that are none instead of replacing them.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="DataSetException">Bytes are no UTF-8; the message names the line.</exception>
    internal static string Read(string path) => Decode(File.ReadAllBytes(path), path);

    /// <summary>Reads bytes.</summary>
    /// <param name="bytes">All of the text.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="DataSetException">As for <see cref="Read"/>.</exception>
    internal static string Decode(byte[] bytes, string name)
    {
        var start = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        try
        {
            return strict.GetString(bytes.AsSpan(start));
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes.AsSpan(0, Math.Min(start + e.Index, bytes.Length)).Count((byte)'\n');
            var found = string.Join(' ', (e.BytesUnknown ?? []).Select(one => one.ToString("X2", CultureInfo.InvariantCulture)));
            throw DataSetException.Malformed($"{name}({line}): the bytes {found} are no UTF-8. Save the file as UTF-8.", e);
        }
    }
}
