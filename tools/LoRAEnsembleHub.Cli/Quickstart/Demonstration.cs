using System.Diagnostics;
using LoRAEnsembleHub.Cli.Commands;
using LoRAEnsembleHub.Cli.Loading;
using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Ensembles;
using LoRAEnsembleHub.Evaluation;
using LoRAEnsembleHub.Models;

namespace LoRAEnsembleHub.Cli.Quickstart;

/// <summary>Goes through everything that the quickstart shows and writes down what it found.</summary>
internal sealed class Demonstration(Showcase showcase, int limit, Session session, CancellationToken cancellationToken)
{
    private const int Others = 4;
    private const int BatchSize = 64;

    /// <summary>Loads, predicts, swaps and measures.</summary>
    /// <param name="report">The HTML file to be written.</param>
    public QuickstartResult Run(string report)
    {
        var clock = Stopwatch.StartNew();
        var loading = Stopwatch.StartNew();
        using var model = PretrainedModels.Load(showcase.Base);
        var load = LoadFact.Of(model, loading.Elapsed);
        loading.Restart();
        using var first = AdapterEnsemble.Load(showcase.FirstEnsemble, model);
        model.Attach(first.Members);
        var attached = AttachFact.Of(first, loading.Elapsed);
        foreach (var warning in first.Warnings)
        {
            session.Warn(warning);
        }

        var pipeline = InputChoice.Of(new ModelRequest(showcase.Base) { Ensemble = first.Folder });
        var images = Open(pipeline, showcase.FirstImages, first.Labels, limit);
        var familiar = Predict(model, first, images, withLabels: true);
        var strangers = ExampleSets.OpenOther(pipeline, showcase.UnfamiliarImages, "test", Math.Max(1, limit / 2));
        var unfamiliar = Predict(model, first, strangers, withLabels: false);
        var aggregation = first.Aggregation;
        var shown = new ShownPredictions(familiar, aggregation, 1, false);
        var chosen = PictureChoice.Of(familiar, aggregation);
        var strange = new ShownPredictions(unfamiliar, aggregation, 1, false);

        loading.Restart();
        using var second = AdapterEnsemble.Load(showcase.SecondEnsemble, model);
        var readSecond = loading.Elapsed;
        loading.Restart();
        model.Swap(second.Members);
        var swap = new SwapFact(AttachFact.Of(second, readSecond), loading.Elapsed.TotalMilliseconds, 0);
        var digits = Open(
            InputChoice.Of(new ModelRequest(showcase.Base) { Ensemble = second.Folder }),
            showcase.SecondImages,
            second.Labels,
            Math.Max(1, limit / 2)
        );
        var after = Predict(model, second, digits, withLabels: true);
        var digit = new ShownPredictions(after, second.Aggregation, 1, false);

        var others = showcase.Others.Select(Show).ToArray();
        foreach (var lack in showcase.Absent)
        {
            session.Warn(lack);
        }

        var pictures = chosen.Select(index => (index, shown.Of(index, images, true))).ToArray();
        var result = new QuickstartResult
        {
            Pulled = showcase.Pulled,
            Base = showcase.Base,
            Load = load,
            Ensemble = attached,
            Data = images.Name,
            Images = [.. pictures.Select(picture => picture.Item2)],
            Unfamiliar = OutsideFact.Of(strangers.Name, familiar, unfamiliar),
            UnfamiliarImages =
            [
                .. Enumerable.Range(0, Math.Min(Others, strangers.Count)).Select(index => strange.Of(index, strangers, true)),
            ],
            Swap = swap,
            SwappedData = digits.Name,
            SwappedImages = [.. Enumerable.Range(0, Math.Min(Others, digits.Count)).Select(index => digit.Of(index, digits, true))],
            Summary = EvaluationSummary.From(familiar),
            SwappedSummary = EvaluationSummary.From(after),
            Others = [.. others.Select(other => other.Fact)],
            Absent = showcase.Absent,
            Aggregation = aggregation,
            Report = report,
            Seconds = clock.Elapsed.TotalSeconds,
        };
        QuickstartPage.Write(
            report,
            result,
            familiar,
            unfamiliar,
            [
                ExampleSection.Of($"{images.Name}: real test images", $"Shown are {PictureChoice.InWords}.", images, pictures),
                ExampleSection.Of(
                    $"{strangers.Name}: nothing the ensemble knows",
                    result.InOneSentence(),
                    strangers,
                    result.UnfamiliarImages.Select((prediction, index) => (index, prediction))
                ),
                ExampleSection.Of(
                    $"{digits.Name}: another ensemble on the same base",
                    swap.InWords(),
                    digits,
                    result.SwappedImages.Select((prediction, index) => (index, prediction))
                ),
                .. others.SelectMany(other => other.Sections),
            ]
        );
        return result;
    }

    // Models of different kinds have nothing in common but the code: each is loaded, shown, measured and let go.
    private (OtherKindFact Fact, IReadOnlyList<HtmlSection> Sections) Show(OtherKind kind)
    {
        using var model = PretrainedModels.Load(kind.Base);
        using var ensemble = AdapterEnsemble.Load(kind.Ensemble, model);
        model.Attach(ensemble.Members);
        var pipeline = InputChoice.Of(new ModelRequest(kind.Base) { Ensemble = kind.Ensemble });
        var examples = Open(pipeline, kind.Data, ensemble.Labels, limit);
        var familiar = Predict(model, ensemble, examples, withLabels: true);
        var aggregation = ensemble.Aggregation;
        var shown = new ShownPredictions(familiar, aggregation, 1, false);
        var rows = PictureChoice.Of(familiar, aggregation).Select(index => (index, shown.Of(index, examples, true))).ToArray();
        var fact = new OtherKindFact
        {
            Base = RepositoryFolder.Of(kind.Base).RepoId,
            Members = ensemble.Members.Count,
            Data = examples.Name,
            Inputs = pipeline.Many,
            Examples = [.. rows.Select(row => row.Item2)],
            Summary = EvaluationSummary.From(familiar),
            Aggregation = aggregation,
            Outside = null,
            Strangers = [],
        };
        var section = ExampleSection.Of($"{examples.Name}: {pipeline.Many}", fact.InWords(), examples, rows);
        if (kind.Unfamiliar is null)
        {
            return (fact, [section]);
        }

        var strangers = ExampleSets.OpenOther(pipeline, kind.Unfamiliar, "test", limit);
        var unfamiliar = Predict(model, ensemble, strangers, withLabels: false);
        var strange = new ShownPredictions(unfamiliar, aggregation, 1, false);
        fact = fact with
        {
            Outside = OutsideFact.Of(strangers.Name, familiar, unfamiliar),
            Strangers = [.. Enumerable.Range(0, Math.Min(Others, strangers.Count)).Select(index => strange.Of(index, strangers, true))],
        };
        return (
            fact,
            [
                section,
                ExampleSection.Of(
                    $"{strangers.Name}: {pipeline.Many} of another kind",
                    fact.OutsideInWords()!,
                    strangers,
                    fact.Strangers.Select((prediction, index) => (index, prediction))
                ),
            ]
        );
    }

    private static LabeledExamples Open(InputPipeline pipeline, string path, IReadOnlyList<string> labels, int most) =>
        ExampleSets.OpenFor(pipeline, path, "test", labels, most);

    private Predictions Predict(PretrainedModel model, AdapterEnsemble ensemble, LabeledExamples examples, bool withLabels) =>
        session
            .Track(
                $"Predicting {examples.Name}",
                examples.Count,
                progress => Predictor.Predict(model, examples, ensemble.Labels, withLabels, BatchSize, progress, cancellationToken)
            )
            .WithTemperature(ensemble.Temperatures);
}
