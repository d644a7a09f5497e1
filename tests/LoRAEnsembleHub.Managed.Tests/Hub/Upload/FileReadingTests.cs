using LoRAEnsembleHub.Hub;

namespace LoRAEnsembleHub.Managed.Tests.Hub.Upload;

public sealed class FileReadingTests
{
    // Git's hashes are those that huggingface_hub and git itself give; see golden/hub, "upload_folder without changes".
    [Theory]
    [InlineData("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("{}\n", "0967ef424bce6791893e9a57bb952f80fd536e93", "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356")]
    public async Task One_reading_gives_both_hashes(string text, string git, string sha256)
    {
        var file = await ReadAsync(System.Text.Encoding.UTF8.GetBytes(text));

        Assert.Equal(git, file.GitOid.Hex);
        Assert.Equal(sha256, file.Sha256.Hex);
        Assert.True(file.Is(ContentHash.Parse(git)));
        Assert.True(file.Is(ContentHash.Parse(sha256)));
        Assert.False(file.Is(ContentHash.Parse(new string('0', 40))));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(511, 511)]
    [InlineData(512, 512)]
    [InlineData(200_000, 512)]
    public async Task The_sample_is_the_beginning_of_the_file(int size, int expected)
    {
        var bytes = PushFolder.Noise(size);

        var file = await ReadAsync(bytes);

        Assert.Equal(bytes[..expected], file.Sample);
        Assert.Equal(size, file.Size);
    }

    [Fact]
    public async Task A_file_that_was_written_to_between_finding_and_reading_is_refused()
    {
        using var folder = new PushFolder(("a.txt", "before"));
        var found = LocalTree.Find(folder.FullPath, "", FilePatterns.All, TestContext.Current.CancellationToken);
        folder.Put("a.txt", "and after"u8.ToArray());

        var refusal = await Assert.ThrowsAsync<HubException>(() => FileReading.ReadAsync(found[0], TestContext.Current.CancellationToken));

        Assert.Equal(HubErrorKind.LocalFile, refusal.Kind);
        Assert.Contains("'a.txt' changed", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<PushFile> ReadAsync(byte[] bytes)
    {
        using var folder = new PushFolder();
        folder.Put("a", bytes);
        var found = LocalTree.Find(folder.FullPath, "", FilePatterns.All, TestContext.Current.CancellationToken);
        return await FileReading.ReadAsync(found[0], TestContext.Current.CancellationToken);
    }
}
