namespace LoRAEnsembleHub.Training;

/// <summary>Which members take part in an update, where some may sit out at random.</summary>
internal static class MemberDropout
{
    private const long Stream = 3;

    /// <summary>Draws who takes part, each member by itself; one of them where all would sit out.</summary>
    /// <param name="options">Seed, members and probability.</param>
    /// <param name="step">Updates before this one.</param>
    /// <returns>Members in ascending order, or null where nobody ever sits out.</returns>
    public static int[]? At(TrainingOptions options, int step)
    {
        if (options.MemberDropout == 0)
        {
            return null;
        }

        var random = new SeededRandom(options.Seed, Stream, step);
        var members = new List<int>();
        for (var member = 0; member < options.Members; member++)
        {
            if (random.NextDouble() >= options.MemberDropout)
            {
                members.Add(member);
            }
        }

        return members.Count > 0 ? [.. members] : [random.NextInt32(options.Members)];
    }

    /// <summary>In how many of the first updates each member took part.</summary>
    /// <returns>[members], or null where nobody ever sits out.</returns>
    public static int[]? Counts(TrainingOptions options, int steps)
    {
        if (options.MemberDropout == 0)
        {
            return null;
        }

        var counts = new int[options.Members];
        for (var step = 0; step < steps; step++)
        {
            foreach (var member in At(options, step)!)
            {
                counts[member]++;
            }
        }

        return counts;
    }
}
