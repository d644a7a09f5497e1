using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Onnx;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Benchmarks.Subjects;

/// <summary>The ensemble in ONNX Runtime: a merged model per member, all members in one graph, and one graph whose adapters are inputs.</summary>
internal sealed class OnnxEnsemble : IDisposable
{
    private const string Together = "together";
    private const string Open = "adapter-inputs";

    private readonly Dictionary<string, InferenceSession> sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OrtValue> adapters;
    private readonly RunOptions options = new();
    private readonly int members;

    private OnnxEnsemble(string folder, int members, IReadOnlyDictionary<string, Tensor> adapters)
    {
        this.members = members;
        this.adapters = adapters.ToDictionary(entry => entry.Key, entry => Value(entry.Value), StringComparer.Ordinal);
        using var settings = new SessionOptions { IntraOpNumThreads = get_num_threads() };
        // its threads wait spinning between runs, which would take the processors from what is timed next
        settings.AddSessionConfigEntry("session.force_spinning_stop", "1");
        foreach (var name in Names(members))
        {
            sessions.Add(name, new InferenceSession(FileOf(folder, name), settings));
        }
    }

    /// <summary>Writes the files, unless they are there, and loads them.</summary>
    /// <param name="folder">Where they are kept; each merged model is as large as the base.</param>
    /// <param name="model">The base with the members attached.</param>
    /// <param name="ensemble">The members.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task<OnnxEnsemble> LoadAsync(
        string folder,
        PretrainedModel model,
        AdapterEnsemble ensemble,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(folder);
        var count = ensemble.Members.Count;
        foreach (var name in Names(count).Where(name => !File.Exists(FileOf(folder, name))))
        {
            using var merged = int.TryParse(name, out var member) ? model.Merge(ensemble.Members, member) : null;
            var how = new OnnxOptions { AdapterInputs = name == Open };
            await OnnxExport.WriteAsync(merged ?? model, FileOf(folder, name), how, cancellationToken).ConfigureAwait(false);
        }

        using var scope = NewDisposeScope();
        return new OnnxEnsemble(folder, count, OnnxExport.AdapterInputs(ensemble.Members));
    }

    /// <summary>All members' logits, by the merged models one after the other: [members, batch, classes].</summary>
    public float[] EachMerged(OrtValue pixels) =>
        [
            .. Enumerable
                .Range(0, members)
                .SelectMany(member => Run($"{member}", new Dictionary<string, OrtValue> { ["pixel_values"] = pixels })),
        ];

    /// <summary>The same by one graph with all members in it.</summary>
    public float[] InOneGraph(OrtValue pixels) => Run(Together, new Dictionary<string, OrtValue> { ["pixel_values"] = pixels });

    /// <summary>The same by one graph that is given the adapters with every run.</summary>
    public float[] WithAdaptersGiven(OrtValue pixels) =>
        Run(Open, new Dictionary<string, OrtValue>(adapters) { ["pixel_values"] = pixels });

    /// <summary>A tensor as ONNX Runtime takes it.</summary>
    public static OrtValue Value(Tensor tensor) =>
        OrtValue.CreateTensorValueFromMemory(tensor.contiguous().data<float>().ToArray(), tensor.shape);

    public void Dispose()
    {
        options.Dispose();
        foreach (var disposable in sessions.Values.Concat<IDisposable>(adapters.Values))
        {
            disposable.Dispose();
        }
    }

    private static IEnumerable<string> Names(int members) =>
        Enumerable.Range(0, members).Select(member => $"{member}").Append(Together).Append(Open);

    private static string FileOf(string folder, string name) => Path.Combine(folder, $"{name}.onnx");

    private float[] Run(string name, IReadOnlyDictionary<string, OrtValue> inputs)
    {
        using var outputs = sessions[name].Run(options, inputs, ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
