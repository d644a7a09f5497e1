namespace LoRAEnsembleHub.Inputs;

/// <summary>The packets of an OGG file with one stream, in order.</summary>
/// <remarks>RFC 3533. Every page is proved, and a page that is missing or a stream without an end is refused, so packets are whole.</remarks>
internal sealed class OggPackets(AudioBytes bytes)
{
    // Packets of sound have some kilobytes; a comment may hold a picture.
    private const int MostPacketBytes = 1 << 26;

    private OggPage? page;
    private int piece;
    private int offset;

    /// <summary>The packet read last is the last of the stream.</summary>
    public bool IsAtEnd => page is { IsLast: true } && piece == page.Pieces.Length;

    /// <summary>Samples up to the end of the page that the last packet ended on; −1 if unknown.</summary>
    public long Position => page?.Position ?? -1;

    /// <summary>Reads a packet.</summary>
    /// <returns>The packet, or null behind the last.</returns>
    public byte[]? Next()
    {
        using var packet = new MemoryStream();
        var isBegun = false;
        while (true)
        {
            while (page is null || piece == page.Pieces.Length)
            {
                if (page is { IsLast: true })
                {
                    return isBegun ? throw bytes.Malformed("The last packet of the OGG stream does not end; the file is damaged.") : End();
                }

                Turn(isBegun);
            }

            var size = page.Pieces[piece++];
            packet.Write(page.Content, offset, size);
            offset += size;
            if (size < 255)
            {
                return packet.ToArray();
            }

            isBegun = true;
            if (packet.Length > MostPacketBytes)
            {
                throw bytes.Malformed($"A packet of the OGG stream has more than {MostPacketBytes} bytes; the file is damaged.");
            }
        }
    }

    private void Turn(bool isContinued)
    {
        var next = OggPage.Read(bytes) ?? throw bytes.CutOff("its OGG stream, which has no last page");
        if (page is not null && next.Stream != page.Stream)
        {
            throw bytes.Unsupported("The OGG file holds several streams");
        }

        if (next.Number != (page is null ? 0 : unchecked(page.Number + 1)))
        {
            throw bytes.Malformed(
                $"OGG page {next.Number} comes {(page is null ? "first" : $"after page {page.Number}")}; pages are missing. Fetch the file again."
            );
        }

        if (next.IsContinued != isContinued)
        {
            throw bytes.Malformed($"OGG page {next.Number} does not go on where the page before it stopped; the file is damaged.");
        }

        (page, piece, offset) = (next, 0, 0);
    }

    // One stream after another is how some programs join files; half a file must not pass for all of it.
    private byte[]? End() => bytes.Peek(4).SequenceEqual("OggS"u8) ? throw bytes.Unsupported("The OGG file holds several streams") : null;
}
