using LoRAEnsembleHub.Adapters;
using LoRAEnsembleHub.Models;
using LoRAEnsembleHub.Models.Blocks;
using static TorchSharp.torch;

namespace LoRAEnsembleHub.Training;

/// <summary>The parameters of all members of an ensemble while they are learned, stacked on a members axis.</summary>
/// <remarks>
/// Names: <c>SITE.lora_A</c> [members, rank, in], <c>SITE.lora_B</c> [members, out, rank], and the head's parameters [members, …].
/// Nothing is shared between members but the frozen base (LoRA-Ensemble, section 3).
/// </remarks>
internal sealed class TrainableMembers : IDisposable
{
    private readonly SortedDictionary<string, Tensor> parameters;
    private readonly AdapterSite[] sites;
    private readonly HeadLayout head;

    private TrainableMembers(SortedDictionary<string, Tensor> parameters, AdapterSite[] sites, HeadLayout head, AttachedMembers view) =>
        (this.parameters, this.sites, this.head, View) = (parameters, sites, head, view);

    /// <summary>Every parameter by name, in a fixed order.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => parameters;

    /// <summary>The same tensors as a forward pass takes them.</summary>
    public AttachedMembers View { get; }

    /// <summary>Draws fresh members: B zero, A and head random, each member from its own seed.</summary>
    /// <param name="catalogue">The model to be adapted.</param>
    /// <param name="options">Checked settings.</param>
    /// <param name="classes">Classes of the head.</param>
    /// <param name="device">Where the parameters live.</param>
    public static TrainableMembers Draw(AdapterCatalogue catalogue, TrainingOptions options, int classes, Device device)
    {
        var sites = Sites(catalogue, options);
        var head = catalogue.Heads[0];
        var values = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (index, site) in sites.Index())
        {
            values.Add(
                Down(site),
                Fill([options.Members, options.Rank, site.In], options, index, stream => FactorDraws(stream, site.In, options))
            );
            values.Add(Up(site), zeros(options.Members, site.Out, options.Rank));
        }

        foreach (var (index, parameter) in head.Parameters.Index())
        {
            long[] shape = [options.Members, .. parameter.Shape.Select(size => size < 0 ? classes : size)];
            values.Add(parameter.Name, FillHead(parameter, shape, head, options, 1_000_000 + index));
        }

        return Of(catalogue, sites, head, values, device);
    }

    /// <summary>Takes given values, such as those of a checkpoint.</summary>
    /// <exception cref="TrainingException">A value is missing, unknown or of another shape.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> values)
    {
        foreach (var (name, parameter) in parameters)
        {
            if (!values.TryGetValue(name, out var value) || !value.shape.SequenceEqual(parameter.shape))
            {
                throw new TrainingException(
                    $"{name} is {(value is null ? "missing" : $"[{string.Join(", ", value.shape)}]")}; needed is [{string.Join(", ", parameter.shape)}]."
                );
            }
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            parameter.copy_(values[name]);
        }
    }

    /// <summary>The members as a value, copied.</summary>
    public AdapterSet ToAdapterSet(string name, IReadOnlyList<AdapterMember> members)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        Tensor Copy(string key) => parameters[key].detach().cpu().clone().DetachFromDisposeScope();
        var rank = (int)parameters[Down(sites[0])].size(1);
        return new AdapterSet(
            name,
            members,
            sites.ToDictionary(
                site => site.Name,
                site => new SiteFactors(
                    Copy(Down(site)),
                    Copy(Up(site)),
                    [.. Enumerable.Repeat(rank, members.Count)],
                    [.. Enumerable.Repeat(1.0, members.Count)]
                ),
                StringComparer.Ordinal
            ),
            head.Parameters.ToDictionary(parameter => parameter.Name, parameter => Copy(parameter.Name), StringComparer.Ordinal)
        );
    }

    public void Dispose()
    {
        foreach (var tensor in parameters.Values)
        {
            tensor.Dispose();
        }
    }

    internal static string Down(AdapterSite site) => $"{site.Name}.lora_A";

    internal static string Up(AdapterSite site) => $"{site.Name}.lora_B";

    private static AdapterSite[] Sites(AdapterCatalogue catalogue, TrainingOptions options)
    {
        var layers = catalogue.Sites.Max(site => site.Layer) + 1;
        if (options.Layers?.Any(layer => layer < 0 || layer >= layers) ?? false)
        {
            throw new TrainingException($"layers is {string.Join(", ", options.Layers)}; the model's blocks are 0 to {layers - 1}.");
        }

        AdapterSite[] sites =
        [
            .. catalogue.Sites.Where(site =>
                options.Targets.Contains(site.Kind) && (options.Layers is null || options.Layers.Contains(site.Layer))
            ),
        ];
        return sites.Length > 0 ? sites : throw new TrainingException("layers is empty; leave it out to adapt every block.");
    }

    private static TrainableMembers Of(
        AdapterCatalogue catalogue,
        AdapterSite[] sites,
        HeadLayout head,
        Dictionary<string, Tensor> values,
        Device device
    )
    {
        var parameters = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            parameters.Add(name, value.to(device).detach().requires_grad_().DetachFromDisposeScope());
        }

        var blocks = Enumerable
            .Range(0, catalogue.Sites.Max(site => site.Layer) + 1)
            .Select(layer =>
                BlockUpdates.Of(
                    sites
                        .Where(site => site.Layer == layer)
                        .ToDictionary(site => site.Kind, site => new LowRank(parameters[Down(site)], parameters[Up(site)]))
                )
            );
        var count = (int)parameters.Values.First().size(0);
        var heads = head.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameters[parameter.Name]);
        return new TrainableMembers(parameters, sites, head, new AttachedMembers(count, [.. blocks], heads));
    }

    /// <summary>Draws every member's slice from the stream (seed + member, index), so a member does not depend on how many there are.</summary>
    private static Tensor Fill(long[] shape, TrainingOptions options, long index, Func<SeededRandom, Func<double>> draws)
    {
        var each = shape[1..].Aggregate(1L, (product, size) => product * size);
        var values = new float[shape[0] * each];
        for (var member = 0; member < shape[0]; member++)
        {
            var next = draws(new SeededRandom(options.Seed + member, index));
            for (var i = 0L; i < each; i++)
            {
                values[(member * each) + i] = (float)next();
            }
        }

        return tensor(values, shape);
    }

    private static Func<double> FactorDraws(SeededRandom stream, long width, TrainingOptions options)
    {
        var random = stream;
        var bound = options.Initialization switch
        {
            FactorInitialization.XavierUniform => options.InitializationGain * Math.Sqrt(6.0 / (width + options.Rank)),
            _ => 1.0 / Math.Sqrt(width),
        };
        return options.Initialization == FactorInitialization.Gaussian
            ? () => options.InitializationDeviation * random.NextGaussian()
            : () => random.NextUniform(-bound, bound);
    }

    /// <summary>PyTorch's defaults: linear layers uniform in ± 1/√in, weight and bias alike; layer norms one and zero.</summary>
    private static Tensor FillHead(HeadParameter parameter, long[] shape, HeadLayout head, TrainingOptions options, long index)
    {
        var module = parameter.Name[..parameter.Name.LastIndexOf('.')];
        var weight = head.Parameters.First(candidate => candidate.Name == $"{module}.weight");
        if (weight.Shape.Count == 1)
        {
            return parameter == weight ? ones(shape) : zeros(shape);
        }

        var bound = 1.0 / Math.Sqrt(weight.Shape[1]);
        return Fill(
            shape,
            options,
            index,
            stream =>
            {
                var random = stream;
                return () => random.NextUniform(-bound, bound);
            }
        );
    }
}
