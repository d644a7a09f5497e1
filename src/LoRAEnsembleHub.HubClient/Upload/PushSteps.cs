namespace LoRAEnsembleHub.Hub;

/// <summary>Divides a push into commits.</summary>
internal static class PushSteps
{
    /// <returns>One commit, or as many as the limit of files makes; none if there is nothing to do.</returns>
    public static IEnumerable<PushStep> Of(PushPlan plan, PushOptions options)
    {
        if (plan.IsEmpty)
        {
            yield break;
        }

        var inline = plan.Inline.ToHashSet();
        var files = plan.Inline.Concat(plan.Large).OrderBy(file => file.Path, StringComparer.Ordinal);
        List<PushFile[]> parts = [.. files.Chunk(options.MaxFilesPerCommit ?? int.MaxValue)];
        var count = Math.Max(parts.Count, 1); // Deletions alone are a commit too.
        for (var part = 0; part < count; part++)
        {
            PushFile[] some = parts.Count == 0 ? [] : parts[part];
            var title = options.Message ?? Title(plan);
            yield return new()
            {
                Message = new(count == 1 ? title : $"{title} (part {part + 1})", options.Description),
                Inline = [.. some.Where(inline.Contains)],
                Large = [.. some.Where(file => !inline.Contains(file))],
                Deleted = part == count - 1 ? plan.Deleted : [],
                IsLast = part == count - 1,
            };
        }
    }

    private static string Title(PushPlan plan) =>
        (plan.Inline.Concat(plan.Large).Take(2).ToList(), plan.Deleted.Count) switch
        {
            ([var only], 0) => $"Push {only.Path}",
            ([], var count) => count == 1 ? $"Delete {plan.Deleted[0]}" : $"Delete {count} files",
            _ => $"Push {plan.Inline.Count + plan.Large.Count} files",
        };
}
