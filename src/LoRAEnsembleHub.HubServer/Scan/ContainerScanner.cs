using System.Formats.Tar;
using System.IO.Compression;

namespace LoRAEnsembleHub.Hub.Serving.Scan;

/// <summary>Looks for pickles in content that may be a container, and in containers within it.</summary>
internal sealed class ContainerScanner
{
    private readonly PickleFindings findings;
    private readonly UnpackBudget budget;
    private readonly List<string> problems = [];

    /// <param name="findings">Takes the imports.</param>
    /// <param name="fileBytes">Length of the outermost file.</param>
    public ContainerScanner(PickleFindings findings, long fileBytes) => (this.findings, budget) = (findings, new UnpackBudget(fileBytes));

    /// <summary>What kept the search from being complete, each with the entry concerned.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Whether any content was taken for a pickle or a container.</summary>
    public bool FoundAny { get; private set; }

    /// <summary>Looks through content and all within it.</summary>
    /// <param name="open">Opens the content at its start, several times; seekable only at the outermost level.</param>
    /// <param name="label">What problems call it.</param>
    /// <param name="isNamedAsPickle">Whether its name makes loaders take it for a pickle.</param>
    /// <param name="depth">0 for the file itself.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task ScanAsync(Func<Stream> open, string label, bool isNamedAsPickle, int depth, CancellationToken cancellationToken)
    {
        try
        {
            var start = await StartAsync(open, cancellationToken).ConfigureAwait(false);
            var kind = ContentMagic.Of(start);
            if (kind == ContentKind.Plain)
            {
                await ScanPlainAsync(open, start, label, isNamedAsPickle, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (kind is not (ContentKind.Zip or ContentKind.Tar) && !isNamedAsPickle)
            {
                return; // Raw numbers of a tensor may begin like anything; loaders unpack these kinds only by a file's name.
            }

            FoundAny = true;
            if (depth >= ScanLimits.Depth)
            {
                problems.Add($"{label}: containers lie more than {ScanLimits.Depth} deep");
                return;
            }

            await ScanContainerAsync(open, kind, label, depth, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
            when (error is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or FormatException)
        {
            FoundAny = true;
            problems.Add($"{label}: {Shown(error)}");
            await SweepAsync(open, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Shown(Exception error) => HubText.Shown(error.Message);

    private static async Task<byte[]> StartAsync(Func<Stream> open, CancellationToken cancellationToken)
    {
        var start = new byte[ContentMagic.Length];
        var stream = open();
        await using (stream.ConfigureAwait(false))
        {
            var count = await stream
                .ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return start[..count];
        }
    }

    private async Task ScanPlainAsync(
        Func<Stream> open,
        byte[] start,
        string label,
        bool isNamedAsPickle,
        CancellationToken cancellationToken
    )
    {
        if (!isNamedAsPickle && !ContentMagic.LooksLikePickle(start))
        {
            return;
        }

        var found = new PickleFindings();
        var problem = await PickleScanner.ScanAsync(open, found, cancellationToken).ConfigureAwait(false);
        findings.AddAll(found);

        // What breaks before it imports anything is no pickle: Python's loader fails at the same byte, with nothing done.
        if (problem is null || found.Any)
        {
            FoundAny = true;
            if (problem is not null)
            {
                problems.Add($"{label}: {problem}");
            }
        }
    }

    private async Task ScanContainerAsync(Func<Stream> open, ContentKind kind, string label, int depth, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case ContentKind.Zip:
                await ScanZipAsync(open, label, depth, cancellationToken).ConfigureAwait(false);
                break;
            case ContentKind.Tar:
                await ScanTarAsync(open, label, depth, cancellationToken).ConfigureAwait(false);
                break;
            case ContentKind.Gzip:
                await ScanAsync(
                        () => new MeteredStream(new GZipStream(open(), CompressionMode.Decompress), budget),
                        label,
                        true,
                        depth + 1,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                break;
            case ContentKind.Zlib:
                await ScanAsync(
                        () => new MeteredStream(new ZLibStream(open(), CompressionMode.Decompress), budget),
                        label,
                        true,
                        depth + 1,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                break;
            default:
                problems.Add($"{label}: it is compressed in a way that is not looked into");
                break;
        }
    }

    private async Task ScanZipAsync(Func<Stream> open, string label, int depth, CancellationToken cancellationToken)
    {
        var stream = depth == 0 ? open() : await HeldAsync(open, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var archive = await ZipArchive
                .CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken)
                .ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
            {
                CheckCount(archive.Entries.Count);
                foreach (var entry in archive.Entries)
                {
                    var name = $"{label}:{HubText.Shown(entry.FullName)}";
                    await ScanAsync(
                            () => new MeteredStream(entry.Open(), budget),
                            name,
                            PickleNames.Fits(entry.FullName),
                            depth + 1,
                            cancellationToken
                        )
                        .ConfigureAwait(false);
                }
            }
        }
    }

    private async Task ScanTarAsync(Func<Stream> open, string label, int depth, CancellationToken cancellationToken)
    {
        var stream = depth == 0 ? open() : await HeldAsync(open, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var reader = new TarReader(stream, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                var count = 0;
                while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
                {
                    CheckCount(++count);
                    if (entry.Length > ScanLimits.NestedBytes)
                    {
                        problems.Add($"{label}:{HubText.Shown(entry.Name)}: it is larger than {ScanLimits.NestedBytes} bytes");
                    }
                    else if (entry.DataStream is { } data)
                    {
                        // Every file of such an archive is read as pickles: sys_info, storages, tensors, pickle.
                        var held = await HeldAsync(() => new MeteredStream(data, budget), cancellationToken).ConfigureAwait(false);
                        var bytes = held.GetBuffer().AsMemory(0, (int)held.Length);
                        await ScanAsync(() => BytesOf(bytes), $"{label}:{HubText.Shown(entry.Name)}", true, depth + 1, cancellationToken)
                            .ConfigureAwait(false);
                    }
                }
            }
        }
    }

    private static MemoryStream BytesOf(ReadOnlyMemory<byte> bytes) => new(bytes.ToArray(), writable: false);

    private static void CheckCount(int entries)
    {
        if (entries > ScanLimits.Entries)
        {
            throw new InvalidDataException($"it has more than {ScanLimits.Entries} entries");
        }
    }

    private static async Task<MemoryStream> HeldAsync(Func<Stream> open, CancellationToken cancellationToken)
    {
        var held = new MemoryStream();
        var buffer = new byte[1 << 16];
        var stream = open();
        await using (stream.ConfigureAwait(false))
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (held.Length + count > ScanLimits.NestedBytes)
                {
                    throw new InvalidDataException($"a container within a container is larger than {ScanLimits.NestedBytes} bytes");
                }

                held.Write(buffer, 0, count);
            }
        }

        held.Position = 0;
        return held;
    }

    private async Task SweepAsync(Func<Stream> open, CancellationToken cancellationToken)
    {
        try
        {
            var stream = open();
            await using (stream.ConfigureAwait(false))
            {
                await ImportSweep.RunAsync(stream, findings, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (InvalidDataException)
        {
            // The same fault that led here; it is among the problems already.
        }
    }
}
