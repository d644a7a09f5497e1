using System.Formats.Tar;
using System.IO.Compression;
using CsCheck;
using LoRAEnsembleHub.Hub.Serving.Scan;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Scan;

public sealed class HostileFileTests
{
    private static readonly byte[] harmless = [0x80, 2, (byte)'N', (byte)'.'];

    [Fact]
    public async Task A_harmless_pickle_is_safe()
    {
        var verdict = await Pickles.ScanAsync(harmless);
        Assert.Equal((ScanLevel.Safe, true), (verdict.Level, verdict.IsPickle));
        Assert.Empty(verdict.Imports);
    }

    [Fact]
    public async Task A_pickle_that_runs_a_command_is_unsafe_and_says_by_what()
    {
        var verdict = await Pickles.ScanAsync(Pickles.Running);
        Assert.Equal(ScanLevel.Unsafe, verdict.Level);
        Assert.Equal(new PickleImport("os", "system", ImportRating.Dangerous), Assert.Single(verdict.Imports));
    }

    [Fact]
    public async Task Cut_anywhere_after_its_import_a_dangerous_pickle_stays_unsafe()
    {
        for (var length = "\u0002cos\nsystem\n".Length + 1; length < Pickles.Running.Length; length++)
        {
            Assert.Equal(ScanLevel.Unsafe, (await Pickles.ScanAsync(Pickles.Running[..length])).Level);
        }
    }

    [Fact]
    public async Task A_pickle_cut_after_a_harmless_import_is_not_called_safe()
    {
        var verdict = await Pickles.ScanAsync([0x80, 2, .. "ccollections\nOrderedDict\n)"u8]);
        Assert.Equal(ScanLevel.Caution, verdict.Level);
        Assert.Contains("without STOP", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_pickle_at_all_are_unscanned()
    {
        var verdict = await Pickles.ScanAsync([.. "GGML"u8, 1, 2, 3]);
        Assert.Equal((ScanLevel.Unscanned, false), (verdict.Level, verdict.IsPickle));
        Assert.Contains("no pickle", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_follows_stop_is_walked_too()
    {
        Assert.Equal(ScanLevel.Unsafe, (await Pickles.ScanAsync([.. harmless, .. Pickles.Running])).Level);
        Assert.Equal(ScanLevel.Unsafe, (await Pickles.ScanAsync([.. harmless, .. harmless, .. "junk\0"u8, .. Pickles.Running])).Level);
    }

    [Fact]
    public async Task Raw_tensors_behind_the_pickles_of_an_old_torch_file_are_no_fault()
    {
        var raw = new byte[100_000];
        new Random(7).NextBytes(raw);
        raw[0] = 0xFF;
        var verdict = await Pickles.ScanAsync([.. harmless, .. harmless, .. raw], "old.pt");
        Assert.Equal((ScanLevel.Safe, null), (verdict.Level, verdict.Message));
    }

    [Fact]
    public async Task A_dangerous_import_amid_raw_data_is_found_although_the_opcodes_cannot_be_walked()
    {
        byte[] start = [0x80, 4, .. "cjoblib.numpy_pickle\nNumpyArrayWrapper\n"u8, 0xFF, 0xFE, 0xFD];
        byte[] named = [0x8c, 2, .. "os"u8, 0x94, 0x8c, 6, .. "system"u8, 0x94, 0x93];
        foreach (var import in new[] { "cos\nsystem\n"u8.ToArray(), named })
        {
            // Also where a block of the search ends within the import.
            foreach (var distance in new[] { 10, (1 << 20) - start.Length - 5, (2 << 20) - start.Length - 3 })
            {
                var verdict = await Pickles.ScanAsync([.. start, .. new byte[distance], .. import, 0, 0], "model.joblib");
                Assert.Equal(ScanLevel.Unsafe, verdict.Level);
            }
        }
    }

    [Fact]
    public async Task A_frame_that_claims_all_memory_is_walked_like_any_other()
    {
        var verdict = await Pickles.ScanAsync([0x80, 4, 0x95, .. Enumerable.Repeat((byte)0xFF, 8), .. Pickles.Running[2..]]);
        Assert.Equal(ScanLevel.Unsafe, verdict.Level);
    }

    [Fact]
    public async Task A_length_beyond_all_memory_ends_the_walk_where_the_file_ends()
    {
        var verdict = await Pickles.ScanAsync([0x80, 4, .. "cos\nsystem\n"u8, 0x8e, .. Enumerable.Repeat((byte)0xFF, 8)]);
        Assert.Equal(ScanLevel.Unsafe, verdict.Level);
        Assert.Contains("ends within", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memo_and_stack_bombs_end_at_a_limit_and_are_not_called_safe()
    {
        byte[] start = [0x80, 4, .. "ccollections\nOrderedDict\n"u8];
        byte[] memo =
        [
            .. start,
            .. Enumerable.Range(0, ScanLimits.Held + 10).SelectMany(index => (byte[])[(byte)'r', .. BitConverter.GetBytes(index)]),
            (byte)'.',
        ];
        byte[] stack = [.. start, .. Enumerable.Repeat((byte)'2', ScanLimits.Held + 10), (byte)'.'];
        foreach (var bomb in new[] { memo, stack })
        {
            var verdict = await Pickles.ScanAsync(bomb);
            Assert.Equal(ScanLevel.Caution, verdict.Level);
            Assert.Contains("too large to follow", verdict.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_import_whose_name_is_computed_is_dangerous()
    {
        // A text made by a call, then STACK_GLOBAL.
        var verdict = await Pickles.ScanAsync([0x80, 4, .. "c_codecs\nencode\n)R"u8, 0x8c, 6, .. "system"u8, 0x93, (byte)'.']);
        Assert.Equal(ScanLevel.Unsafe, verdict.Level);
        Assert.Contains(verdict.Imports, import => import is { Module: "(hidden)", Name: "system" });
    }

    [Fact]
    public async Task Numbers_of_the_extension_registry_are_suspicious() =>
        Assert.Equal(ScanLevel.Suspicious, (await Pickles.ScanAsync([0x80, 2, 0x82, 7, (byte)'.'])).Level);

    [Fact]
    public async Task Pickles_in_zip_archives_are_found_by_name_and_by_their_first_bytes_at_any_depth()
    {
        var inner = Zip(("archive/data.pkl", Pickles.Running));
        Assert.Equal(ScanLevel.Unsafe, (await Pickles.ScanAsync(inner, "model.pt")).Level);
        Assert.Equal(ScanLevel.Unsafe, (await Pickles.ScanAsync(Zip(("archive/data/0", Pickles.Running)), "model.bin")).Level);
        Assert.Equal(ScanLevel.Unsafe, (await Pickles.ScanAsync(Zip(("nested.dat", inner)), "model.ckpt")).Level);
        Assert.Equal(
            ScanLevel.Safe,
            (await Pickles.ScanAsync(Zip(("archive/data.pkl", harmless), ("archive/data/0", new byte[64])), "model.pt")).Level
        );
    }

    [Fact]
    public async Task Archives_too_deep_in_archives_are_not_called_safe()
    {
        var archive = Zip(("data.pkl", Pickles.Running));
        for (var depth = 0; depth < ScanLimits.Depth; depth++)
        {
            archive = Zip(("inner.zip", archive));
        }

        var verdict = await Pickles.ScanAsync(archive, "model.pt");
        Assert.Equal(ScanLevel.Caution, verdict.Level);
        Assert.Contains("deep", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zip_bomb_ends_at_its_budget()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("data.pkl", CompressionLevel.Fastest).Open();
            entry.Write([0x80, 4, .. "ccollections\nOrderedDict\n"u8, 0x8e, .. BitConverter.GetBytes(1L << 40)]);
            var zeros = new byte[1 << 22];
            for (var written = 0L; written <= ScanLimits.UnpackedBytes + (1 << 26); written += zeros.Length)
            {
                entry.Write(zeros);
            }
        }

        var verdict = await Pickles.ScanAsync(bytes.ToArray(), "model.pt");
        Assert.Equal(ScanLevel.Caution, verdict.Level);
        Assert.Contains("far more bytes", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_archive_is_not_called_safe_and_what_shows_in_it_is_found()
    {
        var archive = Zip(("data.pkl", Pickles.Running));
        var verdict = await Pickles.ScanAsync(archive[..^10], "model.pt");
        Assert.Equal(ScanLevel.Unsafe, verdict.Level);
        Assert.NotNull(verdict.Message);
    }

    [Fact]
    public async Task Compressed_pickles_are_unpacked_where_possible_and_not_called_safe_elsewhere()
    {
        Assert.Equal(
            ScanLevel.Unsafe,
            (await Pickles.ScanAsync(Packed(stream => new GZipStream(stream, CompressionLevel.Fastest)), "a.joblib")).Level
        );
        Assert.Equal(
            ScanLevel.Unsafe,
            (await Pickles.ScanAsync(Packed(stream => new ZLibStream(stream, CompressionLevel.Fastest)), "a.joblib")).Level
        );
        var verdict = await Pickles.ScanAsync([.. "BZh91AY&SY"u8, 1, 2, 3], "a.joblib");
        Assert.Equal(ScanLevel.Caution, verdict.Level);
    }

    [Fact]
    public async Task The_first_torch_files_were_tar_archives_and_are_looked_into()
    {
        using var bytes = new MemoryStream();
        await using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            await writer.WriteEntryAsync(
                new UstarTarEntry(TarEntryType.RegularFile, "pickle") { DataStream = new MemoryStream(Pickles.Running) },
                TestContext.Current.CancellationToken
            );
        }

        Assert.Equal(ScanLevel.Unsafe, (await Pickles.ScanAsync(bytes.ToArray(), "model.pth")).Level);
    }

    [Fact]
    public void Whatever_the_bytes_a_verdict_is_given_and_an_import_before_them_is_kept() =>
        Gen
            .Byte.Array[0, 400]
            .Sample(
                bytes =>
                {
                    var verdict = Pickles.ScanAsync([0x80, 2, .. "cos\nsystem\n"u8, .. bytes]).GetAwaiter().GetResult();
                    Assert.Equal(ScanLevel.Unsafe, verdict.Level);
                },
                iter: 300
            );

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Packed(Func<Stream, Stream> pack)
    {
        using var bytes = new MemoryStream();
        using (var packer = pack(bytes))
        {
            packer.Write(Pickles.Running);
        }

        return bytes.ToArray();
    }
}
