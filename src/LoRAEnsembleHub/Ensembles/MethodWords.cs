using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoRAEnsembleHub.Ensembles;

/// <summary>What a model card says differently for each method.</summary>
internal sealed record MethodWords
{
    /// <summary>What is set as the variant in <see cref="EnsembleManifest.Training"/> of members that are heads alone.</summary>
    public const string HeadOnly = "head-only";

    private const string Spread = "their mean is the prediction, their spread the uncertainty.";

    /// <summary>The kind of ensemble in a title.</summary>
    public required string Kind { get; init; }

    /// <summary>What the ensemble is, in two sentences.</summary>
    public required string Introduction { get; init; }

    /// <summary>How a member is loaded from Python: a sentence, then code.</summary>
    public required (string Sentence, string Code) Python { get; init; }

    /// <summary>The library that the hub offers for it; null where none but this toolkit reads it.</summary>
    public string? Library { get; init; } = "transformers";

    /// <summary>How the ensemble relates to its base, by the hub's word.</summary>
    public string Relation { get; init; } = "finetune";

    /// <summary>The method's own tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The words for an ensemble.</summary>
    /// <param name="manifest">The checked manifest.</param>
    /// <param name="facts">What the manifest does not say.</param>
    /// <param name="words">The words for its kind of input.</param>
    /// <param name="baseId">The base.</param>
    public static MethodWords For(EnsembleManifest manifest, EnsembleCardFacts facts, CardWords words, string baseId)
    {
        var parameters = manifest.LearnedParameters is { } learned
            ? $"{learned.ToString("N0", CultureInfo.InvariantCulture)} trained parameters in all"
            : $"{facts.Parameters.ToString("N0", CultureInfo.InvariantCulture)} parameters of their own in all";
        var loading =
            $"from transformers import {words.PythonClass}\n\nmodel = {words.PythonClass}.from_pretrained(\"ENSEMBLE\", subfolder=\"member-00\")";
        var whole = ("From Python, every member is an ordinary model of transformers:", $"{loading}  # and so on; average the softmaxes\n");
        return manifest.Method switch
        {
            EnsembleMethod.ExplicitEnsemble => new()
            {
                Kind = "deep ensemble",
                Introduction =
                    $"{facts.Members} whole {(facts.Members == 1 ? "network" : "networks")}, each a copy of {baseId} that was trained in all its weights with a head of its own "
                    + $"(deep ensemble, arXiv 1612.01474). All of them predict; {Spread} {parameters}; the base is not needed.",
                Python = whole,
                Tags = ["deep-ensemble"],
            },
            EnsembleMethod.SnapshotEnsemble => new()
            {
                Kind = "snapshot ensemble",
                Introduction =
                    $"{facts.Members} states of one copy of {baseId}, trained in all its weights and saved at the ends of learning-rate cycles "
                    + $"(snapshot ensemble, arXiv 1704.00109). All of them predict; {Spread} {parameters}; the base is not needed.",
                Python = whole,
                Tags = ["snapshot-ensemble", "arxiv:1704.00109"],
            },
            EnsembleMethod.McDropout => new()
            {
                Kind = "Monte Carlo dropout",
                Introduction = string.Create(
                    CultureInfo.InvariantCulture,
                    $"One copy of {baseId}, trained in all its weights, whose attention leaves out each key with probability {manifest.Dropout!.Probability} in every one of "
                        + $"{facts.Members} passes (Monte Carlo dropout, arXiv 1506.02142, with DropKey, arXiv 2208.02646). All passes predict; {Spread} {parameters}; the base is not needed."
                ),
                Python = (
                    "From Python, the network is an ordinary model of transformers. As it loads there it drops nothing; a pass sets attention scores to −∞ at random before the softmax.",
                    $"{loading}\n"
                ),
                Tags = ["mc-dropout"],
            },
            EnsembleMethod.BatchEnsemble => new()
            {
                Kind = "BatchEnsemble",
                Introduction =
                    $"{facts.Members} members that scale the projections of shared weights by a rank-one factor of their own (BatchEnsemble, arXiv 2002.06715), each with its own head. "
                    + $"One forward pass gives all members' predictions; {Spread} {parameters}; "
                    + (
                        manifest.Shared is null
                            ? $"the shared weights are those of the base ({baseId}), which are not in this repository."
                            : $"the shared weights began as {baseId} and are in the folder shared."
                    ),
                Python = (
                    "From Python, the numbers of a member are plain tensors; a projection W computes `(W @ (x * input_scale)) * output_scale + bias`:",
                    "from safetensors.torch import load_file\n\nmember = load_file(\"ENSEMBLE/member-00/batch_ensemble.safetensors\")\n"
                ),
                Library = null,
                Tags = ["batch-ensemble", "arxiv:2002.06715"],
            },
            _ => Lora(manifest, facts, words, baseId, parameters),
        };
    }

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    // Factors that members shared in training are in each of their adapters, all the same.
    private static string Shared(EnsembleManifest manifest) =>
        (manifest.Training?["settings"] as JsonObject)?["sharing"] is JsonValue value && value.TryGetValue(out string? factor)
            ? factor switch
            {
                "a" => ", whose factor A is the same for all of them,",
                "b" => ", whose factor B is the same for all of them,",
                _ => "",
            }
            : "";

    private static MethodWords Lora(
        EnsembleManifest manifest,
        EnsembleCardFacts facts,
        CardWords words,
        string baseId,
        string parameters
    ) =>
        new()
        {
            Kind = "LoRA ensemble",
            Introduction =
                (
                    (string?)manifest.Training?["variant"] == HeadOnly
                        ? $"{Counted(facts.Members, "head")} on one frozen base ({baseId}), trained together from starting values of their own; the low-rank updates that PEFT needs are zero. "
                        : $"{Counted(facts.Members, "member")} of rank {facts.Rank} on one frozen base ({baseId}), each with its own low-rank update of the attention projections"
                            + $"{Shared(manifest)} and its own head (LoRA-Ensemble, arXiv 2405.14438). "
                )
                + $"One forward pass gives all members' predictions; {Spread} {parameters}; the base's weights are not in this repository.",
            Python = (
                "From Python, every member is an ordinary PEFT adapter:",
                $"""
                from peft import PeftModel
                from transformers import {words.PythonClass}

                base = {words.PythonClass}.from_pretrained({JsonSerializer.Serialize(
                    baseId,
                    EnsembleCard.Relaxed
                )}, num_labels={manifest.Labels.Count}, ignore_mismatched_sizes=True)
                model = PeftModel.from_pretrained(base, "ENSEMBLE", subfolder="member-00", adapter_name="member-00")
                model.load_adapter("ENSEMBLE", adapter_name="member-01", subfolder="member-01")  # and so on; average the softmaxes

                """.ReplaceLineEndings(
                    "\n"
                )
            ),
            Library = "peft",
            Relation = "adapter",
            Tags = ["lora", "peft"],
        };
}
