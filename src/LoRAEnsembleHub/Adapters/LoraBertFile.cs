using System.Globalization;
using LoRAEnsembleHub.Models;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Adapters;

/// <summary>The members of a BERT with the names of the official development code (LoRABert): every member by itself, under full module paths.</summary>
/// <remarks>
/// moturkoglu/LoRA_Ensemble_Multi_GPUs. The heads of such a checkpoint are those that its optimizer held; a defect of that code kept them
/// at their starting values, so that its logits are of little use before the heads are trained again.
/// </remarks>
internal static class LoraBertFile
{
    private const string BasePrefix = "bert_model.model.bert.";
    private const string HeadPrefix = "bert_model.model.classifier.heads.";
    private const string AdapterPart = ".adapters.";

    /// <exception cref="AdapterException">A tensor is missing, unknown, misshapen or not finite.</exception>
    public static AdapterSet Read(string path, PretrainedModel model)
    {
        using var tensors = OfficialTensors.Read(path);
        using var scope = NewDisposeScope();
        var members = 0;
        while (tensors.Has(Head(members, "weight")))
        {
            members++;
        }

        var classes = tensors.SizeOf(Head(0, "weight"), 0);
        Tensor Heads(string end, params long[] shape) =>
            stack(Enumerable.Range(0, members).Select(member => tensors.Take(Head(member, end), shape))); // [members, …]
        var (weight, bias) = (Heads("weight", classes, model.Config.HiddenSize), Heads("bias", classes));
        var sites = new Dictionary<string, SiteFactors>(StringComparer.Ordinal);
        foreach (var site in model.Catalogue.Sites.Where(site => tensors.Has(Factor(site, 0, 'a'))))
        {
            var rank = tensors.SizeOf(Factor(site, 0, 'a'), 0);
            Tensor Factors(char side, params long[] shape) =>
                stack(Enumerable.Range(0, members).Select(member => tensors.Take(Factor(site, member, side), shape)));
            sites.Add(site.Name, SiteFactors.Plain(Factors('a', rank, site.In), Factors('b', site.Out, rank)));
        }

        // a checkpoint of the whole module repeats the frozen base
        tensors.RefuseRest(name =>
            name.StartsWith(BasePrefix, StringComparison.Ordinal) && !name.Contains(AdapterPart, StringComparison.Ordinal)
        );
        return OfficialCheckpoint.Set(path, sites, [($"{BertLayout.Classifier}.weight", weight), ($"{BertLayout.Classifier}.bias", bias)]);
    }

    /// <exception cref="AdapterException">The members bring no heads.</exception>
    public static Task WriteAsync(string path, AdapterSet set, PretrainedModel model, CancellationToken cancellationToken)
    {
        set.Check(model.Catalogue);
        if (set.Head.Count == 0)
        {
            throw OfficialCheckpoint.LacksHeads(set);
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        void Add(string name, Tensor value) => tensors.Add(name, value.clone().DetachFromDisposeScope());
        foreach (var member in Enumerable.Range(0, set.Count))
        {
            foreach (var end in new[] { "weight", "bias" })
            {
                Add(Head(member, end), set.Head[$"{BertLayout.Classifier}.{end}"][member]);
            }

            foreach (var (name, factors) in set.Sites)
            {
                var site = model.Catalogue.Sites.First(site => site.Name == name);
                var rank = factors.Ranks[member]; // narrower ones are padded with zeros in the set
                Add(Factor(site, member, 'a'), factors.Down[member].narrow(0, 0, rank));
                Add(Factor(site, member, 'b'), factors.ScaledUp()[member].narrow(1, 0, rank));
            }
        }

        return OfficialCheckpoint.WriteAsync(path, tensors, cancellationToken);
    }

    private static string Head(int member, string end) => string.Create(CultureInfo.InvariantCulture, $"{HeadPrefix}{member}.{end}");

    private static string Factor(AdapterSite site, int member, char side) =>
        string.Create(CultureInfo.InvariantCulture, $"{BasePrefix}{site.Name}{AdapterPart}{member}.w_{side}.weight");
}
