using System.Text.Json.Nodes;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Training;

namespace LoRAEnsembleHub.Data;

/// <summary>Everything between a user's files or texts and the inputs of a model, for one kind of input.</summary>
/// <remarks>The rest of the library, and the command line, see only this; which kind it is shows in one place, <see cref="InputPipelines"/>.</remarks>
public abstract class InputPipeline
{
    /// <summary>The input that a model of this kind needs first, as transformers spells it.</summary>
    public abstract string InputName { get; }

    /// <summary>What an example is called in messages: <c>image</c>, <c>sound</c>, <c>text</c>.</summary>
    public abstract string Word { get; }

    /// <summary>The plural of <see cref="Word"/>.</summary>
    public abstract string Many { get; }

    /// <summary>The kind of files that are inputs, or null where inputs are texts.</summary>
    public abstract FileKind? Files { get; }

    /// <summary>The ways in which examples can be made worse (<see cref="LabeledExamples.Corrupted"/>); none for texts.</summary>
    public virtual IReadOnlyList<CorruptionKind> Corruptions => [];

    /// <summary>The files that an ensemble needs beside its members to prepare inputs alike: text by name.</summary>
    /// <exception cref="DataSetException">They cannot be made from what was read.</exception>
    public abstract IReadOnlyDictionary<string, string> OwnFiles { get; }

    /// <summary>Opens one split of a data set.</summary>
    /// <param name="path">A folder or file.</param>
    /// <param name="split"><c>train</c>, <c>test</c>, <c>validation</c>, or another part that the data set has.</param>
    /// <param name="classNames">The classes in the order of the labels wanted, as a model's labels; null takes the data set's own.</param>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="DataSetException">The split is missing, or the data are not as they should be; the message names the file.</exception>
    public abstract LabeledExamples Open(string path, string split, IReadOnlyList<string>? classNames = null);

    /// <summary>Opens the training split of a run, with its random changes.</summary>
    /// <param name="config">The run.</param>
    /// <exception cref="TrainingException">The run asks for changes of another kind of input.</exception>
    /// <exception cref="DataSetException">The split is missing, or the data are not as they should be.</exception>
    public abstract LabeledExamples OpenForTraining(RunConfig config);

    /// <summary>Takes inputs of unknown classes.</summary>
    /// <param name="items">Files of the kind of <see cref="Files"/>, or their bytes; or texts, and tables of texts. One or more.</param>
    /// <param name="classNames">Classes of the model that is to predict them.</param>
    /// <returns>Examples in the order of the items, with a label of −1.</returns>
    /// <exception cref="DataSetException">There are none, or one is of another kind.</exception>
    public abstract LabeledExamples FromItems(IReadOnlyList<InputItem> items, IReadOnlyList<string> classNames);

    /// <summary>The parts that a data set of this kind is divided into; none where the path holds no such data set.</summary>
    /// <param name="path">A folder or file.</param>
    /// <exception cref="DataSetException">A table is not as it should be.</exception>
    public abstract IReadOnlyList<string> FindSplits(string path);

    /// <summary>What a run's settings say of this kind of input, for the manifest.</summary>
    internal abstract JsonObject TrainingFacts(RunConfig config);

    /// <summary>What to call given inputs together.</summary>
    private protected string NameOf(IReadOnlyList<InputItem> items) => items.Count == 1 ? items[0].Source : $"{items.Count} {Many}";
}
