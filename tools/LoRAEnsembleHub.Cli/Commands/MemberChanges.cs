using System.CommandLine;
using System.Text.Json.Nodes;
using LoRAEnsembleHub.Adapters;
using TorchSharp;

namespace LoRAEnsembleHub.Cli.Commands;

/// <summary>The options that change the members of an ensemble, carried out in the order in which they stand here.</summary>
internal sealed class MemberChanges
{
    private readonly Option<string?> keep = OptionKinds.Text("--keep", "N,N…", "Keep these members, in this order");
    private readonly Option<string?> drop = OptionKinds.Text("--drop", "N,N…", "Leave these members out");
    private readonly Option<bool> average = OptionKinds.Switch(
        "--average",
        "Average the weights of all into one member; its rank is the sum of theirs"
    );
    private readonly Option<int?> rank = OptionKinds.WholeNumber("--rank", "Lower every update to this rank, by its singular values");
    private readonly Option<string?> store = OptionKinds.OneOf("--store", "Element type that members are written in", "f32", "f16", "bf16");

    /// <summary>Adds the options to a verb.</summary>
    public MemberChanges(Command command)
    {
        Option[] options = [keep, drop, average, rank, store];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>Carries out what was asked.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="members">The members; stay as they are.</param>
    /// <exception cref="CommandException">A member is asked for that is not there.</exception>
    public ChangedMembers Apply(ParseResult parsed, AdapterSet members)
    {
        var kept = Kept(parsed, members.Count);
        var result = new ChangedMembers(members.Select(kept), kept);
        try
        {
            if (parsed.GetValue(keep) is not null || parsed.GetValue(drop) is not null)
            {
                result.Note("select", Words(kept), Detail(kept));
            }

            if (parsed.GetValue(average))
            {
                result.Replace(result.Set.Average(), kept: null);
                result.Note(
                    "average",
                    $"average of {kept.Length} members, rank {result.Set.Rank}",
                    ("of", kept.Length),
                    ("rank", result.Set.Rank)
                );
            }

            if (parsed.GetValue(rank) is { } lowered)
            {
                if (lowered >= result.Set.Rank)
                {
                    throw CommandException.Usage($"--rank {lowered} lowers nothing: the members are of rank {result.Set.Rank}.");
                }

                result.Replace(result.Set.Truncate(lowered, out var error), result.Kept, changesNumbers: error > 0);
                result.LargestError = error;
                result.Note("truncate", $"rank {lowered}", ("rank", lowered), ("largest_error", Math.Round(error, 8)));
            }

            if (parsed.GetValue(store) is { } type)
            {
                result.Replace(result.Set.Round(TypeOf(type)), result.Kept, changesNumbers: type != "f32");
                result.Note("store", $"stored in {type}", ("dtype", type));
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>What is kept, for people.</summary>
    public static string Words(IEnumerable<int> kept) => $"members {string.Join(", ", kept)}";

    /// <summary>What is kept, for the manifest.</summary>
    public static (string Name, JsonNode? Value) Detail(IEnumerable<int> kept) =>
        ("members", new JsonArray([.. kept.Select(index => JsonValue.Create(index))]));

    /// <summary>Refuses what changes updates, of members that have none.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="method">The members' method.</param>
    /// <exception cref="CommandException">Such a change is asked for.</exception>
    public void RefuseBeyondSelection(ParseResult parsed, string method)
    {
        Option[] others = [average, rank, store];
        if (others.FirstOrDefault(parsed.IsGiven) is { } other)
        {
            throw CommandException.Usage($"{other.Name} changes LoRA updates; the method is {method}, whose members are whole networks.");
        }
    }

    /// <summary>The members that are left, in their new order.</summary>
    /// <param name="parsed">The values of the options.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="CommandException">A member is asked for that is not there.</exception>
    public int[] Kept(ParseResult parsed, int count)
    {
        var (wanted, unwanted) = (
            MemberNumbers.Read(parsed.GetValue(keep), "--keep", count),
            MemberNumbers.Read(parsed.GetValue(drop), "--drop", count)
        );
        if (wanted is not null && unwanted is not null)
        {
            throw CommandException.Usage("--keep and --drop exclude each other.");
        }

        int[] left = wanted ?? [.. Enumerable.Range(0, count).Except(unwanted ?? [])];
        return left.Length > 0 ? left : throw CommandException.Usage($"--drop leaves none of the {count} members.");
    }

    private static torch.ScalarType TypeOf(string word) =>
        word switch
        {
            "f16" => torch.ScalarType.Float16,
            "bf16" => torch.ScalarType.BFloat16,
            _ => torch.ScalarType.Float32,
        };
}

/// <summary>Members after some changes, and what was done.</summary>
/// <param name="set">The members so far; owned.</param>
/// <param name="kept">Where each came from.</param>
internal sealed class ChangedMembers(AdapterSet set, IReadOnlyList<int> kept) : IDisposable
{
    private readonly List<(string, (string, JsonNode?)[])> steps = [];
    private readonly List<string> words = [];

    public AdapterSet Set { get; private set; } = set;

    /// <summary>For every member its place in the old ensemble; null where a member is made of several.</summary>
    public IReadOnlyList<int>? Kept { get; private set; } = kept;

    /// <summary>Whether numbers of members are others than before.</summary>
    public bool ChangesNumbers { get; private set; }

    /// <summary>The largest share of an update that was lost with its rank; null where no rank was lowered.</summary>
    public double? LargestError { get; set; }

    /// <summary>What was done, for the manifest.</summary>
    public IReadOnlyList<(string Operation, (string Name, JsonNode? Value)[] Details)> Steps => steps;

    /// <summary>What was done, for people.</summary>
    public IReadOnlyList<string> InWords => words;

    public void Note(string operation, string inWords, params (string Name, JsonNode? Value)[] details)
    {
        steps.Add((operation, details));
        words.Add(inWords);
    }

    public void Replace(AdapterSet next, IReadOnlyList<int>? kept, bool changesNumbers = true)
    {
        Set.Dispose();
        (Set, Kept, ChangesNumbers) = (next, kept, ChangesNumbers || changesNumbers);
    }

    public void Dispose() => Set.Dispose();
}
