using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Onnx;

/// <summary>Writes ONNX models: one file, or one file and another for its numbers.</summary>
/// <remarks>Source: onnx.proto of the ONNX standard (ModelProto, TensorProto). Numbers are written as they are fetched, one weight at a time.</remarks>
internal static class OnnxFile
{
    /// <summary>Version 17 of the standard operators, which has LayerNormalization; every runtime since 2022 has it.</summary>
    private const int Opset = 17;

    private const int IntermediateRepresentation = 8; // the one that came with it
    private const int GraphField = 7;
    private const int WeightField = 5;
    private const int PageBytes = 4096; // numbers that begin on a page can be mapped

    /// <summary>Shapes and other small numbers are part of the graph: runtimes look at them before they open another file.</summary>
    private const int SmallBytes = 1024;

    /// <summary>What a protobuf message may hold.</summary>
    private const long MostBytes = int.MaxValue;

    /// <summary>Writes a model beside its place and moves it there when it is whole.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="path">The file to make or replace; numbers that lie outside are in a file of this name with <see cref="OnnxOptions.ExternalSuffix"/> at its end.</param>
    /// <param name="options">Where numbers lie, and notes.</param>
    /// <param name="cancellationToken">Tested between weights.</param>
    /// <exception cref="ModelException">The numbers are to lie in the file, and are more than a file can hold.</exception>
    public static async Task WriteAsync(OnnxGraph graph, string path, OnnxOptions options, CancellationToken cancellationToken)
    {
        var frame = graph.Frame();
        var total = graph.Weights.Sum(weight => weight.ByteCount);
        var isLarge = frame.Length + total + (1L << 20) > MostBytes;
        if (isLarge && options.ExternalWeights == false)
        {
            throw new ModelException(
                $"The weights are {total} bytes; an ONNX file holds at most {MostBytes}. Let the weights lie in a file of their own, "
                    + "or leave the choice open."
            );
        }

        if (options.ExternalWeights ?? isLarge)
        {
            await WriteExternalAsync(graph, frame, path, options, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await WriteInlineAsync(graph, frame, path, options, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task WriteInlineAsync(
        OnnxGraph graph,
        ProtoMessage frame,
        string path,
        OnnxOptions options,
        CancellationToken cancellationToken
    )
    {
        var parts = graph.Weights.Select(weight => (Weight: weight, Head: weight.InlineHead())).ToArray();
        var sized = parts.Select(part => new ProtoMessage().Announce(WeightField, part.Head.Length + part.Weight.ByteCount)).ToArray();
        var length = frame.Length + parts.Zip(sized).Sum(pair => pair.Second.Length + pair.First.Head.Length + pair.First.Weight.ByteCount);
        return AsideAsync(
            path,
            async stream =>
            {
                await stream.WriteAsync(Model(options).Announce(GraphField, length).Written, cancellationToken).ConfigureAwait(false);
                await stream.WriteAsync(frame.Written, cancellationToken).ConfigureAwait(false);
                foreach (var ((weight, head), size) in parts.Zip(sized))
                {
                    await stream.WriteAsync(size.Written, cancellationToken).ConfigureAwait(false);
                    await stream.WriteAsync(head.Written, cancellationToken).ConfigureAwait(false);
                    await stream.WriteAsync(weight.Values(), cancellationToken).ConfigureAwait(false);
                }
            }
        );
    }

    private static async Task WriteExternalAsync(
        OnnxGraph graph,
        ProtoMessage frame,
        string path,
        OnnxOptions options,
        CancellationToken cancellationToken
    )
    {
        var data = path + OnnxOptions.ExternalSuffix;
        await AsideAsync(
                data,
                async stream =>
                {
                    foreach (var weight in graph.Weights)
                    {
                        if (weight.ByteCount < SmallBytes)
                        {
                            var head = weight.InlineHead();
                            frame.Announce(WeightField, head.Length + weight.ByteCount).Raw(head.Written.Span).Raw(weight.Values());
                            continue;
                        }

                        stream.SetLength(Pages(stream.Length));
                        stream.Position = stream.Length;
                        frame.Message(WeightField, weight.External(Path.GetFileName(data), stream.Position));
                        await stream.WriteAsync(weight.Values(), cancellationToken).ConfigureAwait(false);
                    }
                }
            )
            .ConfigureAwait(false);
        await AsideAsync(path, stream => stream.WriteAsync(Model(options).Message(GraphField, frame).Written, cancellationToken).AsTask())
            .ConfigureAwait(false);
    }

    private static long Pages(long bytes) => (bytes + PageBytes - 1) / PageBytes * PageBytes;

    private static ProtoMessage Model(OnnxOptions options) =>
        new ProtoMessage()
            .Number(1, IntermediateRepresentation)
            .Text(2, "LoRAEnsembleHub")
            .Message(8, new ProtoMessage().Text(1, "").Number(2, Opset))
            .Messages(14, options.Metadata.Select(entry => new ProtoMessage().Text(1, entry.Key).Text(2, entry.Value)));

    private static async Task AsideAsync(string path, Func<FileStream, Task> write)
    {
        var full = Path.GetFullPath(path);
        var aside = Path.Join(Path.GetDirectoryName(full), $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}");
        try
        {
            var stream = File.Create(aside);
            await using (stream.ConfigureAwait(false))
            {
                await write(stream).ConfigureAwait(false);
            }

            File.Move(aside, full, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }
}
