namespace LoRAEnsembleHub.Evaluation;

/// <summary>Chooses members.</summary>
internal static class MemberSubsets
{
    /// <summary>All choices of so many members if there are no more than the most wanted, else different random ones.</summary>
    /// <returns>Each choice in ascending order, so that the whole ensemble is summed as always.</returns>
    internal static IReadOnlyList<int[]> Of(int members, int count, int most, long seed) =>
        Choices(members, count) <= most ? All(members, count) : Random(members, count, most, seed);

    // Up to a few billions; beyond, more than any most.
    private static double Choices(int members, int count)
    {
        var choices = 1.0;
        for (var step = 1; step <= count; step++)
        {
            choices *= (members - count + step) / (double)step;
        }

        return Math.Round(choices);
    }

    private static List<int[]> All(int members, int count)
    {
        var (all, one) = (new List<int[]>(), Enumerable.Range(0, count).ToArray());
        while (true)
        {
            all.Add([.. one]);
            var at = count - 1;
            while (at >= 0 && one[at] == members - count + at)
            {
                at--;
            }

            if (at < 0)
            {
                return all;
            }

            one[at]++;
            for (var after = at + 1; after < count; after++)
            {
                one[after] = one[after - 1] + 1;
            }
        }
    }

    private static List<int[]> Random(int members, int count, int most, long seed)
    {
        var (chosen, seen, draws) = (new List<int[]>(), new HashSet<string>(StringComparer.Ordinal), new SeededDraws(seed, count));
        while (chosen.Count < most)
        {
            var subset = draws.Without(members, count)[..count].Order().ToArray();
            if (seen.Add(string.Join(',', subset)))
            {
                chosen.Add(subset);
            }
        }

        return chosen;
    }
}
