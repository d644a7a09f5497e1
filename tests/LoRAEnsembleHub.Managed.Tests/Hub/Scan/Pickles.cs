using LoRAEnsembleHub.Hub.Serving.Scan;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Scan;

/// <summary>Puts bytes into a file and has it looked into.</summary>
internal static class Pickles
{
    /// <summary>A pickle that would run a command.</summary>
    public static byte[] Running { get; } = [0x80, 2, .. "cos\nsystem\nX"u8, 4, 0, 0, 0, .. "echo"u8, 0x85, (byte)'R', (byte)'.'];

    public static async Task<ScanVerdict> ScanAsync(byte[] bytes, string name = "model.pkl")
    {
        using var folder = new TemporaryFolder();
        return await FileScanner.ScanAsync(name, folder.Put("bytes", bytes), TestContext.Current.CancellationToken);
    }
}
