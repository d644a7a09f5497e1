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
    public int? MemberChunk { get; init; }

    /// <summary>The first of the attached members that are computed, from 0.</summary>
    public int FirstMember { get; init; }

    /// <summary>Attached members that are computed; null for all from <see cref="FirstMember"/> on.</summary>
    public int? MemberCount { get; init; }

    /// <summary>
    /// Roughly how many bytes the activations of one chunk may take; 1 or more. Members are split first, then the batch. Null takes 24 MiB
    /// on the CPU, 1 GiB elsewhere.
    /// </summary>
    public long? ActivationBudgetBytes { get; init; }

    /// <summary>The members asked for; views in the current scope.</summary>
    /// <exception cref="ModelException">There are no such members.</exception>
    internal AttachedMembers? Chosen(AttachedMembers? attached)
    {
        if (FirstMember == 0 && MemberCount is null)
        {
            return attached;
        }

        var (there, count) = (attached?.Count ?? 0, MemberCount ?? (attached?.Count ?? 0) - FirstMember);
        return FirstMember >= 0 && count >= 1 && FirstMember + count <= there
            ? attached!.Members(FirstMember, count)
            : throw new ModelException(
                $"Members {FirstMember} to {FirstMember + count - 1} are asked for; "
                    + (there == 0 ? "none are attached." : $"attached are 0 to {there - 1}.")
            );
    }
}
