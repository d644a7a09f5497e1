using System.Text;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>All files of one commit, with git's own hash for the whole and for each folder.</summary>
/// <remarks>git, Documentation/gitformat-pack and "Git Internals: Tree Objects": entries in order of bytes, folders as if they ended in '/'.</remarks>
internal sealed class FileTree
{
    private readonly Dictionary<string, StoredFile> byPath;
    private readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);

    /// <summary>Arranges files.</summary>
    /// <param name="files">Files with names that are checked and distinct, none also a folder.</param>
    public FileTree(IEnumerable<StoredFile> files)
    {
        Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
        byPath = Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        Oid = Hash("", [.. Files.Select(file => (file.Path, file))]);
    }

    /// <summary>Git's hash of the whole, 40 digits.</summary>
    public string Oid { get; }

    /// <summary>All files, by name.</summary>
    public IReadOnlyList<StoredFile> Files { get; }

    /// <summary>All folders that hold files, with git's hash of each.</summary>
    public IReadOnlyDictionary<string, string> Folders => folders;

    public StoredFile? Find(string path) => byPath.GetValueOrDefault(path);

    private string Hash(string folder, List<(string Tail, StoredFile File)> entries)
    {
        var children = new List<(byte[] Order, byte[] Entry)>();
        foreach (var group in entries.GroupBy(entry => entry.Tail.Split('/', 2)[0], StringComparer.Ordinal))
        {
            var inside = group.Where(entry => entry.Tail.Length > group.Key.Length).ToList();
            children.Add(
                inside.Count == 0
                    ? Child("100644", group.Key, group.First().File.GitOid)
                    : Child("40000", group.Key, Below(group.Key, inside))
            );
        }

        children.Sort((one, other) => one.Order.AsSpan().SequenceCompareTo(other.Order));
        return GitHash.Of("tree", children.SelectMany(child => child.Entry).ToArray());

        string Below(string name, List<(string Tail, StoredFile File)> inside)
        {
            var path = folder.Length == 0 ? name : $"{folder}/{name}";
            var oid = Hash(path, [.. inside.Select(entry => (entry.Tail[(name.Length + 1)..], entry.File))]);
            folders.Add(path, oid);
            return oid;
        }
    }

    private static (byte[] Order, byte[] Entry) Child(string mode, string name, string oid) =>
        (
            Encoding.UTF8.GetBytes(mode == "40000" ? name + "/" : name),
            [.. Encoding.UTF8.GetBytes($"{mode} {name}\0"), .. Convert.FromHexString(oid)]
        );
}
