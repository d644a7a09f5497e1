using System.Text;
using LoRAEnsembleHub.Build;

namespace LoRAEnsembleHub.Torch.Tests.Native;

public sealed class TorchShimTests
{
    [Fact]
    public void The_patch_changes_one_byte_of_the_known_library()
    {
        var before = ShimFile.AsItComes();
        var after = TorchShim.Patched(before);

        Assert.Equal(TorchShim.KnownHash, TorchShim.Hash(before));
        Assert.Equal(TorchShim.PatchedHash, TorchShim.Hash(after));
        Assert.Equal([(0x3fa34, (byte)0, (byte)2)], before.Select((b, i) => (i, b, after[i])).Where(c => c.b != c.Item3));
    }

    [Fact]
    public void Patching_the_patched_library_is_refused()
    {
        var patched = TorchShim.Patched(ShimFile.AsItComes());
        var error = Assert.Throws<InvalidDataException>(() => TorchShim.Patched(patched));
        Assert.Contains(TorchShim.PatchedHash, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_differs_in_one_byte_is_refused_with_the_hash_found()
    {
        var other = ShimFile.AsItComes();
        other[^1] ^= 1;

        var error = Assert.Throws<InvalidDataException>(() => TorchShim.Patched(other));

        Assert.Contains(TorchShim.Hash(other), error.Message, StringComparison.Ordinal);
        Assert.Contains(TorchShim.KnownHash, error.Message, StringComparison.Ordinal);
        Assert.Equal(TorchShimVerdict.Unknown, TorchShim.Judge(other, 30));
    }

    [Theory]
    [InlineData(null, TorchShimVerdict.Patch)]
    [InlineData(29, TorchShimVerdict.TooOld)]
    [InlineData(30, TorchShimVerdict.Patch)]
    [InlineData(31, TorchShimVerdict.Patch)]
    [InlineData(32, TorchShimVerdict.Loads)]
    [InlineData(34, TorchShimVerdict.Loads)]
    internal void The_known_library_is_patched_only_where_the_system_is_older(int? system, TorchShimVerdict expected) =>
        Assert.Equal(expected, TorchShim.Judge(ShimFile.AsItComes(), system));

    [Fact]
    public void The_patched_library_is_left_alone_everywhere() =>
        Assert.Equal(TorchShimVerdict.Loads, TorchShim.Judge(TorchShim.Patched(ShimFile.AsItComes()), 30));

    [Fact]
    public void An_unknown_library_that_asks_for_nothing_new_is_left_alone() =>
        Assert.Equal(TorchShimVerdict.Loads, TorchShim.Judge(Encoding.ASCII.GetBytes("\0GLIBCXX_3.4.21\0"), 30));

    [Theory]
    [InlineData("", 0)]
    [InlineData("GLIBCXX_3.4\0GLIBCXX_3.4.\0", 0)]
    [InlineData("GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_3.4.5\0", 30)]
    [InlineData("GGLIBCXX_3.4.11", 11)]
    [InlineData("GLIBCXX_3.4", 0)]
    public void The_newest_version_is_read_from_the_names(string text, int expected) =>
        Assert.Equal(expected, TorchShim.NewestVersion(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Writing_the_same_bytes_again_leaves_the_file_untouched()
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder.Path, "deep", "library.so");
        Assert.True(TorchShim.Write(path, [1, 2, 3]));
        var longAgo = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, longAgo);

        Assert.False(TorchShim.Write(path, [1, 2, 3]));
        Assert.Equal(longAgo, File.GetLastWriteTimeUtc(path));

        Assert.True(TorchShim.Write(path, [4, 5]));
        Assert.Equal([4, 5], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void The_systems_library_is_found_and_has_versions()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a libstdc++ of the system's.");
        var library = Assert.IsType<string>(TorchShim.FindSystemLibrary());
        Assert.True(TorchShim.NewestVersion(File.ReadAllBytes(library)) >= 30, library);
    }
}
