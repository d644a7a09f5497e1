namespace LoRAEnsembleHub.Native;

/// <summary>Looks for torch's native libraries in given folders and loads them by their full paths.</summary>
/// <param name="names">What they are called.</param>
/// <param name="folders">Where to look, in order.</param>
/// <param name="open">Loads the library at a path; returns null, or the loader's complaint.</param>
internal sealed class NativeProbe(NativeNames names, IReadOnlyList<string> folders, Func<string, string?> open)
{
    /// <returns>The first thing that is wrong, or null: everything is loaded.</returns>
    public NativeFault? FindFault()
    {
        if (Find(names.Shim) is not { } shim)
        {
            return Missing(
                names.Shim,
                "the native part of TorchSharp",
                $"The package TorchSharp 0.107.0 brings it: build or publish the program again, for {names.System}."
            );
        }

        if (Find(names.Libtorch) is not { } libtorch)
        {
            return Missing(
                names.Libtorch,
                "libtorch itself",
                $"Add a reference to the package {names.Packages} to the program's project, and build again."
            );
        }

        // The libtorch first: in a folder of its own the other library would not find it.
        return Load(libtorch) ?? Load(shim);
    }

    private string? Find(string file) => folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    private NativeFault Missing(string file, string what, string cure) =>
        new(file, $"{file}, {what}, was not found. Looked in: {string.Join(", ", folders)}. {cure}") { IsMissing = true };

    private NativeFault? Load(string path)
    {
        try
        {
            if (ElfExtent.IsCutShort(path))
            {
                return LoaderComplaint.Damaged(path, "the file is shorter than its own header says");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new NativeFault(path, $"{path} cannot be read: {e.Message} Give this user the right to read it, or build again.");
        }

        return open(path) is { } complaint ? LoaderComplaint.Explain(path, complaint) : null;
    }
}
