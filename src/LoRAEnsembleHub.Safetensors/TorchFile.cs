using LoRAEnsembleHub.Safetensors.Storage;
using LoRAEnsembleHub.Safetensors.TorchFiles;
using LoRAEnsembleHub.Safetensors.Views;

namespace LoRAEnsembleHub.Safetensors;

/// <summary>The tensors of a file by torch.save (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>), read without running anything of it.</summary>
/// <remarks>
/// Such a file is a zip archive of stored records, one of which is a pickle: a program that may call anything. Here it is read by an
/// interpreter that knows dictionaries, lists, tuples, numbers, strings and the few calls that rebuild tensors; every other call, and
/// every name outside that list, is refused by its name (PyTorch, torch/serialization.py and torch/_utils.py). Tensors stay in the
/// mapped file and are read only as far as they are looked at. The archive's checksums are not compared.
/// </remarks>
public sealed class TorchFile : IDisposable
{
    private readonly ByteSource source;

    private TorchFile(ByteSource source, long fileBytes, TorchContents contents, IReadOnlyList<TensorView> tensors)
    {
        (this.source, FileBytes) = (source, fileBytes);
        (IsList, MetaTensors, OtherEntries, Tensors) = (contents.IsList, contents.MetaTensors, contents.OtherEntries, tensors);
    }

    /// <summary>The path the file was opened by.</summary>
    public string Path => source.Label;

    /// <summary>Length of the whole file in bytes.</summary>
    public long FileBytes { get; }

    /// <summary>Whether the file holds a list: its tensors are then named by their place, from 0.</summary>
    public bool IsList { get; }

    /// <summary>All tensors that have data, in the order of the dictionary or list; storages saved on a GPU are read like any other.</summary>
    public IReadOnlyList<TensorView> Tensors { get; }

    /// <summary>Names of tensors on the meta device: their shape is in the file, their numbers are not.</summary>
    public IReadOnlyList<string> MetaTensors { get; }

    /// <summary>Names of entries that are no tensors, such as a count of epochs.</summary>
    public IReadOnlyList<string> OtherEntries { get; }

    /// <summary>Opens a file that holds a dictionary or a list of tensors, or a dictionary with just one such dictionary in it.</summary>
    /// <param name="path">A regular file.</param>
    /// <returns>The file, which the caller disposes.</returns>
    /// <exception cref="TorchFileException">The file is malformed, holds no tensors, or refers to something that is not read.</exception>
    /// <exception cref="SafetensorsException">The file changes while it is read.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read, or is a folder.</exception>
    public static TorchFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new OpenedFile(path, FileOptions.RandomAccess);
        ByteSource? source = null;
        try
        {
            if (file.Bytes < StoredZip.ShortestArchive)
            {
                throw new TorchFileException(path, $"the file has {file.Bytes} bytes, fewer than an empty zip archive; it is truncated.");
            }

            source = MappedBytes.Map(file);
            var archive = TorchArchive.Read(source, file.Bytes);
            var contents = TorchContents.Of(new PickleReader(archive.Pickle, path).Read(), path);
            return new TorchFile(source, file.Bytes, contents, [.. archive.Views(contents.Tensors).Select(Viewed)]);

            TensorView Viewed((string Name, ViewLayout Layout) tensor) => new(source, tensor.Name, tensor.Layout);
        }
        catch
        {
            source?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Unmaps and closes the file, once no copy from it is under way.</summary>
    public void Dispose() => source.Dispose();
}
