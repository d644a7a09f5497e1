using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace LoRAEnsembleHub.Safetensors.Storage;

/// <summary>A file mapped into memory for reading.</summary>
/// <remarks>
/// Reading a mapped page that the file no longer has ends the process, so every lease first asks whether the file is still the one that
/// was proved. That leaves only a change during a read, which no reader of a mapping can rule out.
/// </remarks>
internal sealed class MappedBytes : ByteSource
{
    private readonly OpenedFile file;
    private readonly MemoryMappedFile mapped;
    private readonly MemoryMappedViewAccessor view;
    private readonly SafeMemoryMappedViewHandle bytes;

    private MappedBytes(OpenedFile file, MemoryMappedFile mapped, MemoryMappedViewAccessor view)
        : base(file.Path) => (this.file, this.mapped, this.view, bytes) = (file, mapped, view, view.SafeMemoryMappedViewHandle);

    /// <summary>Maps the whole file and takes it over.</summary>
    /// <exception cref="SafetensorsException">The file on disk has changed since it was opened.</exception>
    public static MappedBytes Map(OpenedFile file)
    {
        file.EnsureUnchanged();
        MemoryMappedFile? mapped = null;
        try
        {
            // No name: named maps exist on Windows only.
            mapped = MemoryMappedFile.CreateFromFile(
                file.Handle,
                null,
                capacity: 0,
                MemoryMappedFileAccess.Read,
                HandleInheritability.None,
                leaveOpen: true
            );
            var view = mapped.CreateViewAccessor(0, file.Bytes, MemoryMappedFileAccess.Read);
            return new MappedBytes(file, mapped, view);
        }
        catch
        {
            mapped?.Dispose();
            file.EnsureUnchanged();
            throw;
        }
    }

    public override unsafe ByteLease Lease()
    {
        byte* pointer = null;
        try
        {
            bytes.AcquirePointer(ref pointer);
        }
        catch (ObjectDisposedException)
        {
            throw new ObjectDisposedException(nameof(SafetensorsFile), $"{Label} is disposed, and with it its tensors.");
        }

        try
        {
            file.EnsureUnchanged();
        }
        catch
        {
            bytes.ReleasePointer();
            throw;
        }

        return new ByteLease(bytes, pointer + view.PointerOffset);
    }

    public override void Dispose()
    {
        view.Dispose();
        mapped.Dispose();
        file.Dispose();
    }
}
