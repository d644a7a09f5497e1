using LoRAEnsembleHub.Native;

namespace LoRAEnsembleHub.Torch.Tests.Native;

public sealed class NativeProbeTests
{
    private static readonly NativeNames Names = NativeNames.Linux;

    [Fact]
    public void A_missing_shim_is_named_with_the_folders_and_the_cure()
    {
        using var folder = new ScratchFolder();
        var fault = new NativeProbe(Names, [folder.Path, "/nowhere"], Refuse).FindFault();

        Assert.NotNull(fault);
        Assert.True(fault.IsMissing);
        Assert.Equal(
            "libLibTorchSharp.so, the native part of TorchSharp, was not found. "
                + $"Looked in: {folder.Path}, /nowhere. The package TorchSharp 0.107.0 brings it: build or publish the program again, for linux-x64.",
            fault.Message
        );
    }

    [Fact]
    public void A_missing_libtorch_is_named_with_the_package_to_reference()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(Path.Combine(folder.Path, Names.Shim), "");
        var fault = new NativeProbe(Names, [folder.Path], Refuse).FindFault();

        Assert.NotNull(fault);
        Assert.Equal("libtorch.so", fault.Library);
        Assert.Contains("libtorch-cpu-linux-x64 2.10.0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Libtorch_is_loaded_before_the_shim()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(Path.Combine(folder.Path, Names.Shim), "");
        File.WriteAllText(Path.Combine(folder.Path, Names.Libtorch), "");
        var opened = new List<string>();
        var probe = new NativeProbe(
            Names,
            [folder.Path],
            path =>
            {
                opened.Add(Path.GetFileName(path));
                return null;
            }
        );

        Assert.Null(probe.FindFault());
        Assert.Equal([Names.Libtorch, Names.Shim], opened);
    }

    [Fact]
    public void A_half_copied_library_is_refused_before_the_loader_maps_it()
    {
        using var folder = new ScratchFolder();
        var whole = File.ReadAllBytes(ShimFile.FullPath);
        File.WriteAllText(Path.Combine(folder.Path, Names.Libtorch), "");
        File.WriteAllBytes(Path.Combine(folder.Path, Names.Shim), whole[..(whole.Length / 2)]);
        var fault = new NativeProbe(
            Names,
            [folder.Path],
            path => path.EndsWith(Names.Shim, StringComparison.Ordinal) ? Refuse(path) : null
        ).FindFault();

        Assert.NotNull(fault);
        Assert.Contains("shorter than its own header says", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_the_system_lacks_is_named_with_the_cure()
    {
        var fault = LoaderComplaint.Explain(
            "/app/libLibTorchSharp.so",
            "Unable to load shared library '/app/libLibTorchSharp.so' or one of its dependencies. Advice: \n"
                + "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)\n"
        );

        Assert.Equal("/app/libLibTorchSharp.so", fault.Library);
        Assert.StartsWith(
            "/app/libLibTorchSharp.so needs GLIBCXX_3.4.32, which /lib/libstdc++.so.6 does not have. ",
            fault.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("TorchShimPatch", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_another_one_needs_is_named()
    {
        var fault = LoaderComplaint.Explain(
            "/app/libtorch.so",
            "Unable to load shared library.\nlibc10.so: cannot open shared object file: No such file or directory\n"
        );

        Assert.Equal("libc10.so", fault.Library);
        Assert.StartsWith("libc10.so, which /app/libtorch.so needs, was not found.", fault.Message, StringComparison.Ordinal);
    }

    private static string Refuse(string path) => throw new InvalidOperationException($"{path} must not be opened.");
}
