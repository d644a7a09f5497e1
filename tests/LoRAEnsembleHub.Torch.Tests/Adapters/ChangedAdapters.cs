using System.Text.Json.Nodes;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

/// <summary>A copy of the members of a golden PEFT case that a test may change before they are read.</summary>
internal sealed class ChangedAdapters : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public ChangedAdapters(string name)
    {
        foreach (var source in Directory.GetDirectories(Golden.Folder("peft", name), "member-*"))
        {
            var target = Directory.CreateDirectory(Path.Combine(scratch.Path, Path.GetFileName(source)));
            foreach (var file in Directory.GetFiles(source))
            {
                File.Copy(file, Path.Combine(target.FullName, Path.GetFileName(file)));
            }
        }
    }

    public string Folder => scratch.Path;

    public string[] Members => [.. Directory.GetDirectories(scratch.Path, "member-*").Order(StringComparer.Ordinal)];

    /// <summary>Sets one field of every member's config.</summary>
    public async Task SetAsync(string field, string json)
    {
        foreach (var member in Members)
        {
            var path = Path.Combine(member, "adapter_config.json");
            var config = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
            config[field] = JsonNode.Parse(json);
            await File.WriteAllTextAsync(path, config.ToJsonString(), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Changes the tensors of one member.</summary>
    public async Task EditAsync(string member, Action<Dictionary<string, Tensor>> change)
    {
        var path = Path.Combine(scratch.Path, member, "adapter_model.safetensors");
        var tensors = Golden.Tensors(path).ToDictionary();
        change(tensors);
        await TensorFile.WriteAsync(path, tensors, cancellationToken: TestContext.Current.CancellationToken);
    }

    public void Dispose() => scratch.Dispose();
}
