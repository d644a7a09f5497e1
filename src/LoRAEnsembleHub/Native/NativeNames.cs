namespace LoRAEnsembleHub.Native;

/// <summary>What torch's native libraries and their packages are called on one system.</summary>
internal sealed record NativeNames(string System, string Shim, string Libtorch)
{
    /// <summary>The versions that belong together.</summary>
    public const string Versions = "TorchSharp 0.107.0 and libtorch 2.10.0";

    public static NativeNames Linux { get; } = new("linux-x64", "libLibTorchSharp.so", "libtorch.so");

    public static NativeNames Windows { get; } = new("win-x64", "LibTorchSharp.dll", "torch.dll");

    public static NativeNames Mac { get; } = new("osx-arm64", "libLibTorchSharp.dylib", "libtorch.dylib");

    public static NativeNames Current { get; } =
        OperatingSystem.IsWindows() ? Windows
        : OperatingSystem.IsMacOS() ? Mac
        : Linux;

    public string Packages =>
        System == Mac.System ? "libtorch-cpu-osx-arm64 2.10.0" : $"libtorch-cpu-{System} 2.10.0 (or libtorch-cuda-12.8-{System} 2.10.0)";
}
