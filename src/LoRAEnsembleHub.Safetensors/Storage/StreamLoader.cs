using LoRAEnsembleHub.Safetensors.Header;

namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>Reads a whole safetensors file from a stream into memory, proving the header before it asks for room for the data.</summary>
internal static class StreamLoader
{
    public static async Task<SafetensorsFile> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        long? fileBytes = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;
        var prefix = await StreamBytes.ReadUpToAsync(stream, HeaderPrefix.Length, false, cancellationToken).ConfigureAwait(false);
        var headerBytes = HeaderPrefix.Read(prefix.Span, fileBytes, name);
        var text = await StreamBytes.ReadUpToAsync(stream, headerBytes, fileBytes is not null, cancellationToken).ConfigureAwait(false);
        if (text.Length < headerBytes)
        {
            throw HeaderPrefix.TooLong(headerBytes, text.Length, name);
        }

        var header = HeaderReader.Read(text.Span, name);
        var described = LayoutProof.Prove(header.Entries, name);
        var dataOffset = (long)HeaderPrefix.Length + headerBytes;
        if (fileBytes is { } known)
        {
            LayoutProof.ProveEnd(described, known - dataOffset, name);
        }

        if (described > (ulong)Array.MaxLength)
        {
            throw new SafetensorsException(
                SafetensorsDefect.LimitExceeded,
                name,
                null,
                $"the data has {described} bytes; a stream is read into memory only up to {Array.MaxLength}. Open a file on disk instead."
            );
        }

        var data = await StreamBytes.ReadUpToAsync(stream, (int)described, fileBytes is not null, cancellationToken).ConfigureAwait(false);
        var beyond = await StreamBytes.ReadUpToAsync(stream, 1, false, cancellationToken).ConfigureAwait(false);
        LayoutProof.ProveEnd(described, (long)data.Length + beyond.Length, name);
        return new SafetensorsFile(name, null, header, dataOffset, data.Length, new MemoryBytes(name, data, dataOffset));
    }
}
