namespace LoRAEnsembleHub.Hub.Serving;

/// <summary>Keeps the listings used last; a listing never changes, since its name is its hash.</summary>
internal sealed class TreeCache(int capacity)
{
    private readonly LinkedList<FileTree> recent = new();
    private readonly Lock gate = new();

    public async Task<FileTree> GetAsync(string oid, Func<Task<FileTree>> read)
    {
        if (Find(oid) is { } known)
        {
            return known;
        }

        var tree = await read().ConfigureAwait(false);
        lock (gate)
        {
            recent.AddFirst(tree);
            if (recent.Count > capacity)
            {
                recent.RemoveLast();
            }
        }

        return tree;
    }

    private FileTree? Find(string oid)
    {
        lock (gate)
        {
            for (var node = recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Oid == oid)
                {
                    recent.Remove(node);
                    recent.AddFirst(node);
                    return node.Value;
                }
            }

            return null;
        }
    }
}
