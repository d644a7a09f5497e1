namespace LoRAEnsembleHub.Managed.Tests.Hub;

/// <summary>Files of a test's repository: the same in every run, and alike nowhere inside.</summary>
internal static class TestContents
{
    public const string Weights = "member-00/adapter_model.safetensors";
    public const int WeightsBytes = 600_000;

    /// <returns>A large file, two small ones and an empty one.</returns>
    public static Dictionary<string, byte[]> Set() =>
        new()
        {
            [Weights] = Bytes(WeightsBytes, seed: 1),
            ["config.json"] = "{}\n"u8.ToArray(),
            ["member-00/adapter_config.json"] = Bytes(700, seed: 2),
            ["empty.txt"] = [],
        };

    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
