namespace LoRAEnsembleHub.Models;

/// <summary>How a forward pass is run; the result is the same up to rounding for every chunk size.</summary>
public sealed record ForwardOptions
{
    /// <summary>The defaults.</summary>
    public static ForwardOptions Default { get; } = new();

    /// <summary>Whether the output of the embeddings, of every block and of the last norm are returned too.</summary>
    public bool HiddenStates { get; init; }

    /// <summary>Whether position embeddings are fitted to images of another size, or sounds of another length, than the config's.</summary>
    public bool InterpolatePositions { get; init; }

    /// <summary>Members computed together; null chooses by <see cref="ActivationBudgetBytes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 1.</exception>
    public int? MemberChunk
    {
        get;
        init => field = value is null or >= 1 ? value : throw TooLow(nameof(MemberChunk), value, "members");
    }

    /// <summary>The first of the attached members that are computed, from 0.</summary>
    public int FirstMember { get; init; }

    /// <summary>Attached members that are computed; null for all from <see cref="FirstMember"/> on.</summary>
    public int? MemberCount { get; init; }

    /// <summary>
    /// Roughly how many bytes the activations of one chunk may take; 1 or more. Members are split first, then the batch. Null takes 24 MiB
    /// on the CPU, 1 GiB elsewhere.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 1.</exception>
    public long? ActivationBudgetBytes
    {
        get;
        init => field = value is null or >= 1 ? value : throw TooLow(nameof(ActivationBudgetBytes), value, "bytes");
    }

    /// <summary>The members asked for.</summary>
    /// <param name="there">How many there are.</param>
    /// <exception cref="ModelException">There are no such members.</exception>
    internal (int First, int Count) Chosen(int there)
    {
        var count = MemberCount ?? there - FirstMember;
        return FirstMember >= 0 && count >= 1 && FirstMember + count <= there
            ? (FirstMember, count)
            : throw new ModelException(
                (MemberCount is { } number ? $"{number} members from {FirstMember} on" : $"The members from {FirstMember} on")
                    + $" are asked for; {(there == 0 ? "none are attached." : $"attached are 0 to {there - 1}.")}"
            );
    }

    private static ArgumentOutOfRangeException TooLow(string name, object? value, string what) =>
        new(name, value, $"{name} must be 1 or more {what}, or null to let the model choose.");

    /// <summary>The members asked for; views in the current scope, or null where none are attached and none is asked for.</summary>
    /// <exception cref="ModelException">There are no such members.</exception>
    internal AttachedMembers? Chosen(AttachedMembers? attached)
    {
        if (attached is null && FirstMember == 0 && MemberCount is null)
        {
            return null;
        }

        var (first, count) = Chosen(attached?.Count ?? 0);
        return attached!.Members(first, count);
    }
}
