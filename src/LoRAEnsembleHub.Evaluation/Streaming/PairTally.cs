namespace LoRAEnsembleHub.Evaluation;

/// <summary>Compares every two members, an example at a time.</summary>
internal sealed class PairTally(int members)
{
    private readonly CompensatedSum[] distances = new CompensatedSum[members * (members - 1) / 2];
    private readonly int[] differing = new int[members * (members - 1) / 2];
    private int examples;

    internal void Add(EnsembleRow row)
    {
        examples++;
        for (var (first, pair) = (0, 0); first < members; first++)
        {
            for (var second = first + 1; second < members; second++, pair++)
            {
                distances[pair].Add(Math.Sqrt(row.Divergence(first, second)));
                differing[pair] += row.MemberLabel(first) != row.MemberLabel(second) ? 1 : 0;
            }
        }
    }

    internal IReadOnlyList<MemberPair> ToPairs()
    {
        var pairs = new List<MemberPair>();
        for (var first = 0; first < members; first++)
        {
            for (var second = first + 1; second < members; second++)
            {
                var pair = pairs.Count;
                pairs.Add(new MemberPair(first, second, differing[pair] / (double)examples, distances[pair].Value / examples));
            }
        }

        return pairs;
    }
}
