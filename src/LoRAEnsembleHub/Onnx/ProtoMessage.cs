using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace LoRAEnsembleHub.Onnx;

/// <summary>The bytes of one protobuf message, field after field in the order in which they were put.</summary>
/// <remarks>Source: protobuf.dev, "Encoding"; only the wire types that ONNX needs.</remarks>
internal sealed class ProtoMessage
{
    private const int Varint = 0;
    private const int Delimited = 2;
    private const int FourBytes = 5;

    private readonly ArrayBufferWriter<byte> bytes = new();

    /// <summary>Bytes so far.</summary>
    public int Length => bytes.WrittenCount;

    /// <summary>What was put so far.</summary>
    public ReadOnlyMemory<byte> Written => bytes.WrittenMemory;

    /// <summary>Puts a whole number.</summary>
    public ProtoMessage Number(int field, long value) => Tag(field, Varint).Digits((ulong)value);

    /// <summary>Puts a number of four bytes.</summary>
    public ProtoMessage Single(int field, float value)
    {
        Tag(field, FourBytes);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.GetSpan(sizeof(float)), value);
        bytes.Advance(sizeof(float));
        return this;
    }

    /// <summary>Puts a text.</summary>
    public ProtoMessage Text(int field, string value)
    {
        Announce(field, Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, bytes);
        return this;
    }

    /// <summary>Puts a message.</summary>
    public ProtoMessage Message(int field, ProtoMessage value)
    {
        Announce(field, value.Length);
        bytes.Write(value.Written.Span);
        return this;
    }

    /// <summary>Puts the same field for each of some messages.</summary>
    public ProtoMessage Messages(int field, IEnumerable<ProtoMessage> values)
    {
        foreach (var value in values)
        {
            Message(field, value);
        }

        return this;
    }

    /// <summary>Puts bytes as they are: the content of a field that was announced.</summary>
    public ProtoMessage Raw(ReadOnlySpan<byte> content)
    {
        bytes.Write(content);
        return this;
    }

    /// <summary>Puts only the head of a field whose content follows.</summary>
    /// <param name="field">Its number.</param>
    /// <param name="length">Bytes of the content.</param>
    public ProtoMessage Announce(int field, long length) => Tag(field, Delimited).Digits((ulong)length);

    private ProtoMessage Tag(int field, int wireType) => Digits((ulong)((field << 3) | wireType));

    // seven bits a byte, the lowest first; the highest bit says that more follow
    private ProtoMessage Digits(ulong value)
    {
        var span = bytes.GetSpan(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[count++] = (byte)(value | 0x80);
        }

        span[count++] = (byte)value;
        bytes.Advance(count);
        return this;
    }
}
