using LoRAEnsembleHub.Safetensors.Writing;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>Writes safetensors files: the same tensors and metadata always give the same bytes.</summary>
/// <remarks>
/// The order of tensors, the form of the JSON and the padding are those of the reference library (safetensors 0.8), so the bytes are too,
/// as long as there is at most one metadata entry; several are sorted by key, where the reference has no fixed order. Whatever the reader
/// would refuse is refused before the first byte is written. PyTorch programs expect the metadata entry <c>format</c> with value <c>pt</c>.
/// </remarks>
public static class SafetensorsWriter
{
    /// <summary>Writes a file, or replaces one, all at once: at no time does the path hold half a file.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Written as <c>__metadata__</c>; null for none.</param>
    /// <exception cref="SafetensorsException">What is to be written breaks a rule of the format; the file is as it was.</exception>
    /// <exception cref="IOException">The file cannot be written; it is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written; it is as it was.</exception>
    public static void Write(string path, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var plan = WritePlan.Make(tensors, metadata, path);
        ReplacedFile.Write(path, plan.FileBytes, stream => PlanWriter.Write(plan, stream));
    }

    /// <summary>Writes a file, or replaces one, all at once: at no time does the path hold half a file.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Written as <c>__metadata__</c>; null for none.</param>
    /// <param name="cancellationToken">Ends the writing; the file is then as it was.</param>
    /// <exception cref="SafetensorsException">What is to be written breaks a rule of the format; the file is as it was.</exception>
    /// <exception cref="IOException">The file cannot be written; it is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written; it is as it was.</exception>
    public static Task WriteAsync(
        string path,
        IEnumerable<TensorToWrite> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        return ReplaceAsync(path, tensors, metadata, cancellationToken);
    }

    /// <summary>Writes a file's bytes to a stream; after a failure the stream may hold a part of them.</summary>
    /// <param name="stream">A writable stream; it need not seek, and stays open.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Written as <c>__metadata__</c>; null for none.</param>
    /// <exception cref="SafetensorsException">What is to be written breaks a rule of the format; nothing was written.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(Stream stream, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        PlanWriter.Write(WritePlan.Make(tensors, metadata, null), stream);
    }

    /// <summary>Writes a file's bytes to a stream; after a failure the stream may hold a part of them.</summary>
    /// <param name="stream">A writable stream; it need not seek, and stays open.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Written as <c>__metadata__</c>; null for none.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <exception cref="SafetensorsException">What is to be written breaks a rule of the format; nothing was written.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static Task WriteAsync(
        Stream stream,
        IEnumerable<TensorToWrite> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        return SendAsync(stream, tensors, metadata, cancellationToken);
    }

    // Apart from the public methods, so that a broken rule shows when the task is awaited, as it does with Write.
    private static async Task ReplaceAsync(
        string path,
        IEnumerable<TensorToWrite> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken
    )
    {
        var plan = WritePlan.Make(tensors, metadata, path);
        await ReplacedFile
            .WriteAsync(path, plan.FileBytes, (stream, token) => PlanWriter.WriteAsync(plan, stream, token), cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task SendAsync(
        Stream stream,
        IEnumerable<TensorToWrite> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken
    ) => await PlanWriter.WriteAsync(WritePlan.Make(tensors, metadata, null), stream, cancellationToken).ConfigureAwait(false);
}
