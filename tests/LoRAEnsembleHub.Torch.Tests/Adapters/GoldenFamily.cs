using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Training;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Adapters;

/// <summary>The base, the inputs and the members of a golden PEFT case.</summary>
internal sealed class GoldenFamily : IDisposable
{
    private readonly string folder;
    private readonly Dictionary<string, Tensor> inputs;

    public GoldenFamily(string name)
    {
        folder = Golden.Folder("peft", name);
        Model = PretrainedModels.Load(Golden.Folder("", (string)Golden.Case(folder)["base"]!));
        var expected = Golden.Tensors(Path.Combine(folder, "expected.safetensors"));
        inputs = Model.InputNames.ToDictionary(input => input, input => expected[input]);
        Set = Read([.. Enumerable.Range(0, Members.Length)]);
    }

    public PretrainedModel Model { get; }

    /// <summary>All members.</summary>
    public AdapterSet Set { get; }

    public IReadOnlyDictionary<string, Tensor> Inputs => inputs;

    public string[] Members => [.. Directory.GetDirectories(folder, "member-*").Order(StringComparer.Ordinal)];

    /// <summary>Some members in a given order.</summary>
    public AdapterSet Read(params int[] members) =>
        AdapterSet.Read(Path.GetFileName(folder), [.. members.Select(member => Members[member])], Model.Catalogue);

    /// <summary>Members as they are before training.</summary>
    public AdapterSet Fresh(int members)
    {
        using var drawn = TrainableMembers.Draw(Model, new TrainingOptions { Members = members, Rank = 4 }, 7);
        return drawn.ToAdapterSet("fresh");
    }

    public ModelOutputs Run(ForwardOptions? options = null) => Model.Forward(inputs, options);

    public void Dispose()
    {
        Set.Dispose();
        Model.Dispose();
    }
}
