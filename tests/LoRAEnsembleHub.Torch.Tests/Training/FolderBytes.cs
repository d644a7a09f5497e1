namespace LoRAEnsembleHub.Torch.Tests.Training;

/// <summary>Compares folders file by file, hidden ones included.</summary>
internal static class FolderBytes
{
    public static void AssertEqual(string expected, string actual)
    {
        Assert.Equal(Files(expected), Files(actual));
        Assert.All(
            Files(expected),
            name =>
                Assert.True(
                    File.ReadAllBytes(Path.Combine(expected, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, name))),
                    name
                )
        );
        Assert.Contains(Path.Combine("member-00", "adapter_model.safetensors"), Files(actual));
    }

    private static string[] Files(string folder) =>
        [
            .. Directory
                .GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
                .Select(file => Path.GetRelativePath(folder, file))
                .Order(StringComparer.Ordinal),
        ];
}
