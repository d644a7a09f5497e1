using LoRAEnsembleHub.Safetensors;

namespace LoRAEnsembleHub.Managed.Tests.Safetensors;

public sealed class ShardTests : IDisposable
{
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_single_file_goes_before_an_index()
    {
        PutFile("model.safetensors", "a", "b");
        PutIndex("not even JSON");
        using var shards = SafetensorsShards.OpenFolder(folder.FullPath);
        Assert.Equal(folder.Locate("model.safetensors"), shards.Origin);
        Assert.Equal(["a", "b"], shards.Tensors.Keys.Order());
        Assert.Equal("model.safetensors", Assert.Single(shards.Files).Name);
        Assert.Empty(shards.UnmappedTensors);
    }

    [Fact]
    public void Shards_are_one_catalogue()
    {
        PutFile(First, "a", "extra");
        PutFile(Second, "b");
        PutIndex($$$"""{"metadata":{"total_size":8},"weight_map":{"b":"{{{Second}}}","a":"{{{First}}}"}}""");
        using var shards = SafetensorsShards.OpenFolder(folder.FullPath);
        Assert.Equal([First, Second], shards.Files.Select(file => file.Name));
        Assert.Equal(["a", "b"], shards.Tensors.Keys.Order());
        Assert.Equal("extra", Assert.Single(shards.UnmappedTensors).Name);
        Assert.Equal([1f], shards["b"].ToSingles());
        var exception = Assert.Throws<SafetensorsException>(() => shards["model.b"]);
        Assert.EndsWith("not among the 2 tensors. Names like it: 'b'.", exception.Message, StringComparison.Ordinal);
        shards.Dispose();
        Assert.Throws<ObjectDisposedException>(() => shards["b"].ToSingles());
    }

    [Fact]
    public void A_variant_has_its_word_in_the_names()
    {
        PutFile("model.fp16.safetensors", "half");
        PutFile("model.safetensors", "whole");
        using (var shards = SafetensorsShards.OpenFolder(folder.FullPath, "fp16"))
        {
            Assert.Equal(["half"], shards.Tensors.Keys);
        }

        PutFile("model.bf16-00001-of-00001.safetensors", "brain");
        folder.Put("model.safetensors.index.bf16.json", """{"weight_map":{"brain":"model.bf16-00001-of-00001.safetensors"}}"""u8);
        using (var shards = SafetensorsShards.OpenFolder(folder.FullPath, "bf16"))
        {
            Assert.Equal(["brain"], shards.Tensors.Keys);
        }

        Assert.Throws<ArgumentException>("variant", () => SafetensorsShards.OpenFolder(folder.FullPath, "../x"));
    }

    [Fact]
    public void A_folder_without_a_checkpoint_is_told_by_both_names()
    {
        var exception = Assert.Throws<FileNotFoundException>(() => SafetensorsShards.OpenFolder(folder.FullPath));
        Assert.Equal($"{folder.FullPath} holds neither model.safetensors nor model.safetensors.index.json.", exception.Message);
    }

    [Theory]
    [InlineData("../a.safetensors")]
    [InlineData("sub/a.safetensors")]
    [InlineData("sub\\\\a.safetensors")]
    [InlineData("/a.safetensors")]
    [InlineData("C:a.safetensors")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a\\u0000.safetensors")]
    public void A_shard_outside_the_folder_is_refused(string shard)
    {
        PutIndex($$$"""{"weight_map":{"a":"{{{shard}}}"}}""");
        var exception = Refused(SafetensorsDefect.UnsafeShardName, "a");
        Assert.EndsWith("is not a bare file name; shards must lie beside their index.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"weight_map":[]}""")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}""")]
    [InlineData("""{"weight_map":{"\ud800":"x.safetensors"}}""")]
    public void An_index_of_the_wrong_form_is_refused(string index)
    {
        PutIndex(index);
        Refused(SafetensorsDefect.InvalidIndex, null);
    }

    [Fact]
    public void A_shard_name_that_is_not_text_is_refused()
    {
        PutIndex("""{"weight_map":{"a":1}}""");
        Refused(SafetensorsDefect.InvalidIndex, "a");
    }

    [Fact]
    public void A_tensor_that_its_shard_lacks_is_refused()
    {
        PutFile(First, "a");
        PutFile(Second, "b");
        PutIndex($$$"""{"weight_map":{"a":"{{{First}}}","b":"{{{First}}}","c":"{{{Second}}}"}}""");
        var exception = Refused(SafetensorsDefect.TensorNotInShard, "b");
        Assert.EndsWith($"the index says it is in '{First}', but it is not.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        PutFile(First, "a", "b");
        PutFile(Second, "b");
        PutIndex($$$"""{"weight_map":{"a":"{{{First}}}","b":"{{{Second}}}"}}""");
        var exception = Refused(SafetensorsDefect.TensorInTwoShards, "b");
        Assert.EndsWith(
            $"both '{First}' and '{Second}' hold it; it must be in one shard only.",
            exception.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_broken_shard_is_refused_and_the_others_are_closed()
    {
        PutFile(First, "a");
        folder.Put(Second, [1, 2, 3]);
        PutIndex($$$"""{"weight_map":{"a":"{{{First}}}","b":"{{{Second}}}"}}""");
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsShards.OpenFolder(folder.FullPath));
        Assert.Equal((SafetensorsDefect.FileTooShort, folder.Locate(Second)), (exception.Defect, exception.File));
        using var alone = new FileStream(folder.Locate(First), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(alone.Length > 0);
    }

    [Fact]
    public void A_missing_shard_is_the_systems_error()
    {
        PutIndex($$$"""{"weight_map":{"a":"{{{First}}}"}}""");
        Assert.Throws<FileNotFoundException>(() => SafetensorsShards.OpenFolder(folder.FullPath));
    }

    private SafetensorsException Refused(SafetensorsDefect defect, string? tensor)
    {
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsShards.OpenFolder(folder.FullPath));
        Assert.Equal((defect, tensor, folder.Locate("model.safetensors.index.json")), (exception.Defect, exception.Tensor, exception.File));
        return exception;
    }

    private void PutIndex(string json) => File.WriteAllText(folder.Locate("model.safetensors.index.json"), json);

    private void PutFile(string name, params string[] tensors) =>
        SafetensorsWriter.Write(
            folder.Locate(name),
            tensors.Select(tensor => TensorToWrite.From<float>(tensor, [1], new float[] { 1 })),
            null
        );
}
