using System.Diagnostics;

namespace LoRAEnsembleHub.Torch.Tests.Native;

/// <summary>Runs one torch test in a process of its own, from a copy of the output in which a library is missing or wrong.</summary>
public sealed class BrokenOutputTests
{
    private const string Shim = "libLibTorchSharp.so";

    [Fact]
    public async Task Without_the_shim_a_program_ends_with_one_clear_error()
    {
        using var folder = CopyOfOutput();
        File.Delete(Native(folder, Shim));
        await AssertFailsWith(folder, "libLibTorchSharp.so, the native part of TorchSharp, was not found. Looked in: ");
    }

    [Fact]
    public async Task Without_libtorch_a_program_ends_with_one_clear_error()
    {
        using var folder = CopyOfOutput();
        File.Delete(Native(folder, "libtorch.so"));
        await AssertFailsWith(folder, "libtorch.so, libtorch itself, was not found. Looked in: ");
    }

    [Fact]
    public async Task With_a_corrupted_shim_a_program_ends_with_one_clear_error()
    {
        using var folder = CopyOfOutput();
        await File.WriteAllBytesAsync(Native(folder, Shim), new byte[4096], TestContext.Current.CancellationToken);
        await AssertFailsWith(folder, "libLibTorchSharp.so does not load: ", "invalid ELF header", "delete it and build again");
    }

    [Fact]
    public async Task With_a_half_copied_shim_a_program_ends_with_one_clear_error()
    {
        using var folder = CopyOfOutput();
        var whole = ShimFile.AsItComes();
        await File.WriteAllBytesAsync(Native(folder, Shim), whole[..(whole.Length / 2)], TestContext.Current.CancellationToken);
        await AssertFailsWith(folder, "libLibTorchSharp.so does not load: the file is shorter than its own header says");
    }

    [Fact]
    public async Task With_the_shim_as_it_comes_a_program_names_the_version_that_is_missing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The loader's words are those of Linux.");
        Assert.SkipWhen(SystemVersion() >= 32, "This system has GLIBCXX_3.4.32, so the library loads as it comes.");
        using var folder = CopyOfOutput();
        await File.WriteAllBytesAsync(Native(folder, Shim), ShimFile.AsItComes(), TestContext.Current.CancellationToken);
        await AssertFailsWith(folder, "libLibTorchSharp.so needs GLIBCXX_3.4.32, which ", "Build the program again on this system");
    }

    private static int SystemVersion() =>
        Build.TorchShim.FindSystemLibrary() is { } library ? Build.TorchShim.NewestVersion(File.ReadAllBytes(library)) : 0;

    private static string Native(ScratchFolder folder, string file) => Path.Combine(folder.Path, "runtimes", "linux-x64", "native", file);

    private static ScratchFolder CopyOfOutput()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Copies by symbolic link, and knows the libraries' names on Linux.");
        const long largestCopyBytes = 4 << 20;
        var folder = new ScratchFolder();
        var source = AppContext.BaseDirectory;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder.Path, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (new FileInfo(file).Length > largestCopyBytes)
            {
                File.CreateSymbolicLink(target, file);
            }
            else
            {
                File.Copy(file, target);
            }
        }

        return folder;
    }

    private static async Task AssertFailsWith(ScratchFolder folder, params string[] expected)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList =
            {
                "exec",
                Path.Combine(folder.Path, "LoRAEnsembleHub.Torch.Tests.dll"),
                "-method",
                $"{typeof(TorchLoads).FullName}.{nameof(TorchLoads.Torch_computes_in_this_process)}",
            },
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation) + await errors;
        await process.WaitForExitAsync(cancellation);

        Assert.True(process.ExitCode == 1, output); // the runner's code for failed tests; a crash has another
        Assert.All(expected, text => Assert.Contains(text, output, StringComparison.Ordinal));
        Assert.Contains("NativeLibraryException", output, StringComparison.Ordinal);
        Assert.DoesNotContain("TypeInitializationException", output, StringComparison.Ordinal);
    }
}
