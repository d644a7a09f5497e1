using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Files and folders as listings tell them.</summary>
internal static class FileJson
{
    public static JsonObject File(StoredFile file)
    {
        var entry = new JsonObject
        {
            ["type"] = "file",
            ["oid"] = file.GitOid,
            ["size"] = file.Size,
            ["path"] = file.Path,
        };
        if (file.IsLfs)
        {
            entry["lfs"] = new JsonObject
            {
                ["oid"] = file.Hash.Hex,
                ["size"] = file.Size,
                ["pointerSize"] = LfsPointer.Text(file.Hash, file.Size).Length,
            };
        }

        return entry;
    }

    public static JsonObject Folder(string path, string oid) =>
        new()
        {
            ["type"] = "directory",
            ["oid"] = oid,
            ["size"] = 0,
            ["path"] = path,
        };

    /// <returns>The file as repository information tells it.</returns>
    /// <param name="file">The file.</param>
    /// <param name="withHashes">Whether size and hashes are wanted.</param>
    public static JsonObject Sibling(StoredFile file, bool withHashes)
    {
        var entry = new JsonObject { ["rfilename"] = file.Path };
        if (withHashes)
        {
            entry["size"] = file.Size;
            entry["blobId"] = file.GitOid;
            if (file.IsLfs)
            {
                entry["lfs"] = new JsonObject
                {
                    ["sha256"] = file.Hash.Hex,
                    ["size"] = file.Size,
                    ["pointerSize"] = LfsPointer.Text(file.Hash, file.Size).Length,
                };
            }
        }

        return entry;
    }

    public static JsonObject LastCommit(CommitEntry commit) =>
        new()
        {
            ["id"] = commit.Hash.Hex,
            ["title"] = commit.Title,
            ["date"] = AnswerJson.Time(commit.Date),
        };
}
