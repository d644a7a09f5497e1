using NVorbis;
using NVorbis.Contracts;
using IPacketProvider = NVorbis.Contracts.IPacketProvider;

namespace LoRAEnsembleHub.Inputs;

/// <summary>Hands the packets of an OGG file to NVorbis.</summary>
/// <remarks>
/// NVorbis has readers of OGG of its own, but they pass over damaged pages without a word and need a file to step back in. Its decoder
/// trusts the length of the comments, so it gets empty ones.
/// </remarks>
internal sealed class VorbisPackets : IPacketProvider
{
    // Vendor of no letters, no comments, and the closing bit.
    private static readonly byte[] noComments = [.. "\u0003vorbis"u8, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    private readonly OggPackets packets;
    private readonly Queue<Packet> headers = new();

    public VorbisPackets(AudioBytes bytes)
    {
        packets = new OggPackets(bytes);
        byte[] Header() => packets.Next() ?? throw bytes.CutOff("the headers of the Vorbis stream");
        var identification = Header();
        Facts = VorbisSetup.Identify(identification, bytes);
        if (!Header().AsSpan().StartsWith("\u0003vorbis"u8))
        {
            throw bytes.Malformed("The second packet of the Vorbis stream is no comment header; the file is damaged.");
        }

        var setup = Header();
        VorbisSetup.Check(setup, bytes);
        foreach (var header in new[] { identification, noComments, setup })
        {
            headers.Enqueue(new Packet(header));
        }
    }

    public SoundFacts Facts { get; }

    /// <summary>Samples of the whole sound, once its last packet was handed out; null before, or where the file does not say.</summary>
    public long? Total { get; private set; }

    public bool CanSeek => false;

    public int StreamSerial => 0;

    public IPacket? PeekNextPacket() => headers.Peek();

    public IPacket? GetNextPacket()
    {
        if (headers.TryDequeue(out var header))
        {
            return header;
        }

        if (packets.Next() is not { } packet)
        {
            return null;
        }

        var isLast = packets.IsAtEnd;
        if (isLast)
        {
            packets.Next(); // Proves that no other stream follows.
        }

        Total = isLast && packets.Position >= 0 ? packets.Position : null;
        // Where the sound ends within the packet is left to the reader: told of it, NVorbis runs in circles if the number is too small.
        return new Packet(packet) { IsEndOfStream = isLast };
    }

    public long SeekTo(long granulePos, int preRoll, GetPacketGranuleCount getPacketGranuleCount) => throw new NotSupportedException();

    public long GetGranuleCount() => throw new NotSupportedException();

    private sealed class Packet(byte[] content) : DataPacket
    {
        private int next;

        protected override int TotalBits => content.Length * 8;

        protected override int ReadNextByte() => next < content.Length ? content[next++] : -1;

        public override void Reset()
        {
            next = 0;
            base.Reset();
        }
    }
}
