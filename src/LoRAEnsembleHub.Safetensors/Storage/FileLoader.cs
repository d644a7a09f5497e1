using LoRAEnsembleHub.Safetensors.Header;

namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>Opens files on disk: reads and proves the header, then maps the whole file.</summary>
/// <remarks>The header is read rather than mapped, because a read of a file that shrinks comes up short and a mapped one ends the process.</remarks>
internal static class FileLoader
{
    public static SafetensorsFile Open(string path)
    {
        var file = new OpenedFile(path, FileOptions.RandomAccess);
        try
        {
            var prefix = new byte[HeaderPrefix.Length];
            var text = new byte[HeaderPrefix.Read(prefix.AsSpan(0, Fill(file, prefix, 0)), file.Bytes, path)];
            return Fill(file, text, HeaderPrefix.Length) == text.Length ? Proved(file, text) : throw file.EndedEarly();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static async Task<SafetensorsFile> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var file = new OpenedFile(path, FileOptions.RandomAccess | FileOptions.Asynchronous);
        try
        {
            var prefix = new byte[HeaderPrefix.Length];
            var read = await FillAsync(file, prefix, 0, cancellationToken).ConfigureAwait(false);
            var text = new byte[HeaderPrefix.Read(prefix.AsSpan(0, read), file.Bytes, path)];
            read = await FillAsync(file, text, HeaderPrefix.Length, cancellationToken).ConfigureAwait(false);
            return read == text.Length ? Proved(file, text) : throw file.EndedEarly();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafetensorsFile Proved(OpenedFile file, ReadOnlySpan<byte> text)
    {
        var header = HeaderReader.Read(text, file.Path);
        var dataOffset = (long)HeaderPrefix.Length + text.Length;
        var dataBytes = file.Bytes - dataOffset;
        LayoutProof.ProveEnd(LayoutProof.Prove(header.Entries, file.Path), dataBytes, file.Path);
        return new SafetensorsFile(Path.GetFileName(file.Path), file.Path, header, dataOffset, dataBytes, MappedBytes.Map(file));
    }

    private static int Fill(OpenedFile file, Span<byte> destination, long from)
    {
        var filled = 0;
        while (filled < destination.Length)
        {
            var read = RandomAccess.Read(file.Handle, destination[filled..], from + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    private static async ValueTask<int> FillAsync(OpenedFile file, Memory<byte> destination, long from, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < destination.Length)
        {
            var rest = destination[filled..];
            var read = await RandomAccess.ReadAsync(file.Handle, rest, from + filled, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
