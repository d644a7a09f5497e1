using System.Text.Json.Nodes;
using LoRAEnsembleHub.Torch.Tests.Native;
using LoRAEnsembleHub.Weights;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Models;

/// <summary>A copy of a golden model whose config and weights a test may change before it is loaded.</summary>
internal sealed class ChangedModel : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public ChangedModel(string name)
    {
        var source = Golden.Folder("models", name);
        Config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
        Weights = Golden.Tensors(Path.Combine(source, "model.safetensors")).ToDictionary();
        Expected = Golden.Tensors(Path.Combine(source, "expected.safetensors"));
    }

    public JsonObject Config { get; }

    public Dictionary<string, Tensor> Weights { get; }

    /// <summary>Inputs and outputs of the model as it was.</summary>
    public IReadOnlyDictionary<string, Tensor> Expected { get; }

    /// <summary>Writes the changed model.</summary>
    /// <returns>Its folder.</returns>
    public async Task<string> WriteAsync()
    {
        var token = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(Path.Combine(scratch.Path, "config.json"), Config.ToJsonString(), token);
        await TensorFile.WriteAsync(Path.Combine(scratch.Path, "model.safetensors"), Weights, cancellationToken: token);
        return scratch.Path;
    }

    public void Dispose() => scratch.Dispose();
}
