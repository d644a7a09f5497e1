using LoRAEnsembleHub.Torch.Tests.Data;

namespace LoRAEnsembleHub.Torch.Tests.CommandLine;

/// <summary>Well-known data sets in the folders that they come in, from training to measuring.</summary>
public sealed class KnownDataTests(TinyBase tiny) : IClassFixture<TinyBase>
{
    [Fact]
    public async Task A_folder_of_CIFAR_is_inspected_learned_from_and_measured_on()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        var facts = (await Tool.RunAsync("inspect", folder.Path, "--json")).Done().Json();
        Assert.Equal("dataset", (string?)facts["kind"]);
        Assert.Equal([10, 2], facts["splits"]!.AsArray().Select(split => (int)split!["count"]!));
        var output = Path.Combine(tiny.Folder, "cifar-ensemble");
        string[] training = ["train", "--base", tiny.Base, "--data", folder.Path, "--members", "2", "--rank", "2", "--steps", "2"];
        (await Tool.RunAsync([.. training, "--batch-size", "4", "--output", output])).Done();
        string[] measuring = ["evaluate", "--base", tiny.Base, "--ensemble", output, "--data", folder.Path, "--json"];
        var json = (await Tool.RunAsync(measuring)).Done().Json();
        Assert.Equal((2, 10), ((int)json["summary"]!["examples"]!, (int)json["summary"]!["classes"]!));
        File.Move(Path.Combine(folder.Path, "batches.meta.txt"), Path.Combine(folder.Path, "elsewhere"));
        Assert.Contains("does not name its classes", (await Tool.RunAsync(measuring)).Done().Errors, StringComparison.Ordinal);
        File.Move(Path.Combine(folder.Path, "elsewhere"), Path.Combine(folder.Path, "batches.meta.txt"));
        Assert.DoesNotContain("does not name", (await Tool.RunAsync(measuring)).Done().Errors, StringComparison.Ordinal);
        (await Tool.RunAsync([.. measuring[..^1], "--split", "validation"])).Refused(3, "no split 'validation'", "test, train");
        folder.Write("test_batch.bin", CifarFiles.Record(10));
        (await Tool.RunAsync([.. measuring[..^1]])).Refused(6, "test_batch.bin#0", "the label is 10");
        folder.Write("test_batch.bin", CifarFiles.Record(3)[..100]);
        (await Tool.RunAsync([.. measuring[..^1]])).Refused(6, "test_batch.bin", "100 bytes; CIFAR-10 has 3073");
        File.Delete(Path.Combine(folder.Path, "data_batch_2.bin"));
        (await Tool.RunAsync("inspect", folder.Path)).Refused(3, "data_batch_2.bin", "not found");
    }
}
