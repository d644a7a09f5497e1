namespace LoRAEnsembleHub.Torch.Tests.Data;

/// <summary>Small CIFAR data sets of the true layout.</summary>
internal static class CifarFiles
{
    private static readonly string[] names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Two pictures in each file: the classes 0 … 9 to learn from, 3 and 4 to measure on; names as published, with an empty line at the end.</summary>
    public static void WriteTen(DataFolder folder)
    {
        for (var batch = 0; batch < 5; batch++)
        {
            folder.Write($"data_batch_{batch + 1}.bin", [.. Record(2 * batch), .. Record((2 * batch) + 1)]);
        }

        folder.Write("test_batch.bin", [.. Record(3), .. Record(4)]);
        folder.Write("batches.meta.txt", string.Join('\n', names) + "\n\n");
    }

    /// <summary>Three pictures of the fine classes 99, 0 and 42, and one.</summary>
    public static void WriteHundred(DataFolder folder)
    {
        folder.Write("train.bin", [19, .. Record(99), 0, .. Record(0), 3, .. Record(42)]);
        folder.Write("test.bin", [5, .. Record(7)]);
        folder.Write("fine_label_names.txt", string.Join('\n', Enumerable.Range(0, 100).Select(label => $"fine {label}")) + "\n");
    }

    /// <summary>A label and a picture whose grey depends on it.</summary>
    public static byte[] Record(int label) => [(byte)label, .. Enumerable.Repeat((byte)(2 * label), 3 * 32 * 32)];
}
