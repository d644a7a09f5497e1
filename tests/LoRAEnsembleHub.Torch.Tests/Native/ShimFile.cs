using LoRAEnsembleHub.Build;

namespace LoRAEnsembleHub.Torch.Tests.Native;

/// <summary>TorchSharp's library for Linux, which the output has on every system.</summary>
internal static class ShimFile
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    public static string FullPath { get; } = Path.Combine(Folder, "libLibTorchSharp.so");

    /// <summary>As it comes in the package: where the build has patched its copy, with the one changed bit turned back.</summary>
    public static byte[] AsItComes()
    {
        var bytes = File.ReadAllBytes(FullPath);
        if (TorchShim.Hash(bytes) == TorchShim.PatchedHash)
        {
            bytes[0x3fa34] = 0;
        }

        return bytes;
    }
}
