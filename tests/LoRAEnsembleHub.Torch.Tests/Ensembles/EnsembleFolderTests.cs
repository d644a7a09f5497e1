using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Torch.Tests.Adapters;
using LoRAEnsembleHub.Torch.Tests.Native;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Ensembles;

public sealed class EnsembleFolderTests : IDisposable
{
    private readonly PretrainedModel model = PretrainedModels.Load(
        Golden.Folder("models", "vit-v4"),
        new ModelOptions { RepoId = "lorae/vit-v4" }
    );

    private readonly ScratchFolder scratch = new();

    public void Dispose()
    {
        model.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public void A_gap_between_plain_members_is_refused_with_the_missing_one()
    {
        using var adapters = new ChangedAdapters("vit-r4");
        Directory.Delete(Path.Combine(adapters.Folder, "member-01"), recursive: true);
        Assert.Contains("member-01", Refusal(adapters.Folder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_folder_without_its_config_is_refused_and_not_passed_over()
    {
        using var adapters = new ChangedAdapters("vit-r4");
        File.Delete(Path.Combine(adapters.Folder, "member-02", "adapter_config.json"));
        Assert.Contains("member-02", Refusal(adapters.Folder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_members_beyond_the_hundredth_come_in_the_order_of_their_numbers()
    {
        for (var index = 0; index < 101; index++)
        {
            var member = Directory.CreateDirectory(Path.Combine(scratch.Path, $"member-{index:00}"));
            File.WriteAllText(Path.Combine(member.FullName, "adapter_config.json"), "{}");
        }

        Assert.Equal("member-100", Path.GetFileName(EnsembleFolder.Open(scratch.Path).MemberFolders[100]));
    }

    [Fact]
    public void An_adapter_with_checkpoints_below_it_is_refused_as_unclear()
    {
        using var adapters = new ChangedAdapters("vit-r4");
        Directory.Move(Path.Combine(adapters.Folder, "member-01"), Path.Combine(adapters.Folder, "member-00", "checkpoint-500"));
        Assert.Contains("checkpoint-500", Refusal(Path.Combine(adapters.Folder, "member-00")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_of_a_member_beside_the_members_is_not_a_member()
    {
        await Write();
        File.Delete(Path.Combine(scratch.Path, EnsembleManifest.FileName));
        foreach (var file in Directory.GetFiles(Path.Combine(scratch.Path, "member-00")))
        {
            File.Copy(file, Path.Combine(scratch.Path, Path.GetFileName(file)));
        }

        using var ensemble = AdapterEnsemble.Load(scratch.Path, model);
        Assert.Equal(3, ensemble.Members.Count);
    }

    [Fact]
    public async Task Members_of_different_class_counts_are_refused_with_both()
    {
        using var adapters = new ChangedAdapters("vit-r4");
        await adapters.EditAsync(
            "member-01",
            tensors =>
            {
                tensors["base_model.model.classifier.weight"] = ones(4, 48);
                tensors["base_model.model.classifier.bias"] = ones(4);
            }
        );
        var refusal = Refusal(adapters.Folder);
        Assert.Contains("member-01", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[4, 48]", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[7, 48]", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_that_do_not_fit_the_heads_are_not_written()
    {
        var refusal = await Assert.ThrowsAsync<AdapterException>(() => Write(Enumerable.Range(0, 6)));
        Assert.Contains("id2label", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(scratch.Path));
    }

    [Fact]
    public async Task A_writing_that_broke_off_leaves_a_folder_that_is_refused_and_can_be_written_again()
    {
        await Write();
        using var broken = new CancellationTokenSource();
        await broken.CancelAsync();
        using (var set = Members())
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                EnsembleWriter.WriteAsync(scratch.Path, set, model, new EnsembleManifest(), null, broken.Token)
            );
        }

        using (AdapterEnsemble.Load(scratch.Path, model)) { } // stopped before anything was changed
        await File.WriteAllTextAsync(Path.Combine(scratch.Path, EnsembleWriter.UnfinishedMark), "", TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(scratch.Path, EnsembleManifest.FileName));
        var refusal = Refusal(scratch.Path);
        Assert.True(refusal.IsIntegrity);
        Assert.Contains("half-written", refusal.Message, StringComparison.Ordinal);
        await Write();
        using var whole = AdapterEnsemble.Load(scratch.Path, model);
        Assert.False(File.Exists(Path.Combine(scratch.Path, EnsembleWriter.UnfinishedMark)));
    }

    [Fact]
    public async Task Adapters_of_somebody_else_are_not_overwritten()
    {
        using var adapters = new ChangedAdapters("vit-qv");
        var before = await File.ReadAllBytesAsync(
            Path.Combine(adapters.Folder, "member-00", "adapter_model.safetensors"),
            TestContext.Current.CancellationToken
        );
        using var set = Members();
        var refusal = await Assert.ThrowsAsync<AdapterException>(() =>
            EnsembleWriter.WriteAsync(adapters.Folder, set, model, new EnsembleManifest(), null, TestContext.Current.CancellationToken)
        );
        Assert.Contains("member-00", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(
            before,
            await File.ReadAllBytesAsync(
                Path.Combine(adapters.Folder, "member-00", "adapter_model.safetensors"),
                TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public async Task Unknown_fields_survive_loading_and_writing_the_ensemble()
    {
        await Write();
        await Change(manifest =>
        {
            manifest["members"]![2]!["note"] = "kept";
            manifest["base_model"]!["mirror"] = "c/d";
        });
        using var ensemble = AdapterEnsemble.Load(scratch.Path, model);
        var written = await EnsembleWriter.WriteAsync(
            scratch.Path,
            ensemble.Members,
            model,
            ensemble.Manifest!,
            null,
            TestContext.Current.CancellationToken
        );
        var json = JsonNode.Parse(written.ToJson())!;
        Assert.Equal("kept", (string?)json["members"]![2]!["note"]);
        Assert.Equal("c/d", (string?)json["base_model"]!["mirror"]);
    }

    [Fact]
    public async Task Members_whose_hashes_the_manifest_does_not_state_are_used_with_a_warning()
    {
        await Write();
        await Change(manifest => manifest["members"]![1]!.AsObject().Remove("sha256"));
        using var ensemble = AdapterEnsemble.Load(scratch.Path, model);
        Assert.Contains(ensemble.Warnings, warning => warning.Contains("hashes of every member", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_repository_without_a_hash_is_refused_unless_that_is_allowed()
    {
        await Write();
        await Change(manifest => manifest["base_model"] = new JsonObject { ["repo_id"] = "someone/else", ["model_type"] = "vit" });
        var refusal = Refusal(scratch.Path);
        Assert.Contains("someone/else", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("lorae/vit-v4", refusal.Message, StringComparison.Ordinal);
        using var allowed = AdapterEnsemble.Load(scratch.Path, model, allowBaseMismatch: true);
        Assert.Contains(allowed.Warnings, warning => warning.Contains("allowed", StringComparison.Ordinal));
    }

    private AdapterException Refusal(string folder) => Assert.Throws<AdapterException>(() => AdapterEnsemble.Load(folder, model).Dispose());

    private AdapterSet Members() =>
        AdapterSet.Read(
            "vit-r4",
            [.. Directory.GetDirectories(Golden.Folder("peft", "vit-r4"), "member-*").Order(StringComparer.Ordinal)],
            model.Catalogue
        );

    private async Task Write(IEnumerable<int>? classes = null)
    {
        using var set = Members();
        var facts = new EnsembleManifest { Id2Label = (classes ?? Enumerable.Range(0, 7)).ToDictionary(i => $"{i}", i => $"class {i}") };
        await EnsembleWriter.WriteAsync(scratch.Path, set, model, facts, null, TestContext.Current.CancellationToken);
    }

    private async Task Change(Action<JsonNode> change)
    {
        var path = Path.Combine(scratch.Path, EnsembleManifest.FileName);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        change(manifest);
        await File.WriteAllTextAsync(path, manifest.ToJsonString(), TestContext.Current.CancellationToken);
    }
}
