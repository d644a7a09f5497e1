using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LoRAEnsembleHub.Safetensors.Header;

namespace LoRAEnsembleHub.Safetensors.Writing;

/// <summary>Writes the header's JSON byte for byte as the reference does (serde_json, compact).</summary>
internal sealed class HeaderWriter
{
    private static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> buffer = new(4096);
    private readonly string? file;
    private readonly int maxHeaderBytes;
    private bool first = true;

    public HeaderWriter(string? file, int maxHeaderBytes = SafetensorsLimits.MaxHeaderBytes)
    {
        (this.file, this.maxHeaderBytes) = (file, maxHeaderBytes);
        buffer.Write(stackalloc byte[HeaderPrefix.Length]); // the length, known at the end
        Raw("{"u8);
    }

    /// <summary>Writes the metadata, in the order of its keys' bytes; nothing where it is null.</summary>
    public void WriteMetadata(IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        Next();
        Raw("\"__metadata__\":{"u8);
        var separator = ""u8;
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, Utf8Order.Comparer))
        {
            Raw(separator);
            separator = ","u8;
            Text(key, SafetensorsDefect.InvalidMetadata, null);
            Raw(":"u8);
            Text(value, SafetensorsDefect.InvalidMetadata, null);
            EnsureWithinCap();
        }

        Raw("}"u8);
        EnsureWithinCap();
    }

    /// <summary>Writes one tensor; offsets count from the start of the data.</summary>
    public void WriteEntry(TensorToWrite tensor, long begin, long end)
    {
        Next();
        Text(tensor.Name, SafetensorsDefect.InvalidName, tensor.Name);
        Raw(":{\"dtype\":\""u8);
        Raw(Encoding.ASCII.GetBytes(tensor.Dtype.Name));
        Raw("\",\"shape\":["u8);
        var separator = ""u8;
        foreach (var size in tensor.Sizes)
        {
            Raw(separator);
            separator = ","u8;
            Number(size);
        }

        Raw("],\"data_offsets\":["u8);
        Number(begin);
        Raw(","u8);
        Number(end);
        Raw("]}"u8);
        EnsureWithinCap();
    }

    /// <summary>Closes the header, pads it with spaces to a multiple of 8 bytes, and puts its length before it.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Raw("}"u8);
        while (buffer.WrittenCount % 8 != 0)
        {
            Raw(" "u8);
        }

        EnsureWithinCap();
        var bytes = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - HeaderPrefix.Length);
        return bytes;
    }

    private void Next()
    {
        Raw(first ? ""u8 : ","u8);
        first = false;
    }

    private void Number(long value)
    {
        var digits = buffer.GetSpan(20);
        value.TryFormat(digits, out var written, provider: CultureInfo.InvariantCulture);
        buffer.Advance(written);
    }

    private void Text(string text, SafetensorsDefect defect, string? tensor)
    {
        byte[] bytes;
        try
        {
            bytes = strictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException exception)
        {
            var problem = $"{SafetensorsException.Quote(text)} holds half of a surrogate pair and has no UTF-8 form.";
            throw new SafetensorsException(defect, file, tensor, problem, exception);
        }

        Raw("\""u8);
        foreach (var value in bytes)
        {
            Character(value);
        }

        Raw("\""u8);
    }

    // Only what JSON demands is escaped, the short way where there is one; all else, also beyond ASCII, stands as it is.
    private void Character(byte value)
    {
        switch (value)
        {
            case (byte)'"':
                Raw("\\\""u8);
                break;
            case (byte)'\\':
                Raw("\\\\"u8);
                break;
            case (byte)'\b':
                Raw("\\b"u8);
                break;
            case (byte)'\f':
                Raw("\\f"u8);
                break;
            case (byte)'\n':
                Raw("\\n"u8);
                break;
            case (byte)'\r':
                Raw("\\r"u8);
                break;
            case (byte)'\t':
                Raw("\\t"u8);
                break;
            case < 0x20:
                Raw(Encoding.ASCII.GetBytes($"\\u{value:x4}"));
                break;
            default:
                Raw([value]);
                break;
        }
    }

    private void Raw(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

    private void EnsureWithinCap()
    {
        if (buffer.WrittenCount - HeaderPrefix.Length > maxHeaderBytes)
        {
            throw new SafetensorsException(
                SafetensorsDefect.HeaderTooLarge,
                file,
                null,
                $"the header would be longer than {maxHeaderBytes} bytes; write fewer tensors to a file, or shorter names."
            );
        }
    }
}
