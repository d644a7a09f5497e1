using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Torch.Tests.Onnx;

/// <summary>Runs files in ONNX Runtime, the other program that they are for.</summary>
internal static class OnnxRun
{
    private const double Tolerance = 1e-4;

    /// <summary>Runs a file once.</summary>
    /// <param name="path">The model.</param>
    /// <param name="inputs">Tensors by name; those that the file does not take are left out.</param>
    /// <returns>All outputs by name, Float32, outside every scope.</returns>
    public static Dictionary<string, Tensor> Run(string path, IReadOnlyDictionary<string, Tensor> inputs)
    {
        using var settings = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(path, settings);
        var given = session.InputNames.ToDictionary(name => name, name => Value(inputs[name]));
        try
        {
            using var options = new RunOptions();
            using var outputs = session.Run(options, given, session.OutputNames);
            return session.OutputNames.Zip(outputs).ToDictionary(pair => pair.First, pair => Read(pair.Second));
        }
        finally
        {
            foreach (var value in given.Values)
            {
                value.Dispose();
            }
        }
    }

    /// <summary>Fails unless two results are of one shape and differ by at most 1e-4.</summary>
    public static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().item<float>();
        Assert.True(difference <= Tolerance, $"the largest difference is {difference:g3}");
    }

    private static OrtValue Value(Tensor tensor) =>
        tensor.dtype == ScalarType.Int64
            ? OrtValue.CreateTensorValueFromMemory(tensor.contiguous().data<long>().ToArray(), tensor.shape)
            : OrtValue.CreateTensorValueFromMemory(tensor.contiguous().data<float>().ToArray(), tensor.shape);

    private static Tensor Read(OrtValue value) => tensor(value.GetTensorDataAsSpan<float>().ToArray(), value.GetTensorTypeAndShape().Shape);
}
