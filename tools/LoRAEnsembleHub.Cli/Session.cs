using LoRAEnsembleHub.Cli.Rendering;
using LoRAEnsembleHub.Data;
using Spectre.Console;

namespace LoRAEnsembleHub.Cli;

/// <summary>What a command may say while it works, all of it to standard error.</summary>
/// <param name="errors">Standard error.</param>
/// <param name="isQuiet">Whether notes and progress are left out. Warnings never are.</param>
internal sealed class Session(IAnsiConsole errors, bool isQuiet)
{
    private const int MostRemarks = 3;

    private readonly List<string> warnings = [];

    /// <summary>Whether a progress bar may be drawn.</summary>
    public bool DrawsProgress { get; } = !isQuiet && errors.Profile.Out.IsTerminal;

    /// <summary>What was warned of so far, for results that repeat it.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Says what was done or is going on.</summary>
    public void Note(string text)
    {
        if (!isQuiet)
        {
            errors.Write(new Text(Printable.Of(text) + "\n", new Style(Color.Grey)));
        }
    }

    /// <summary>Says what the user should know before relying on the result.</summary>
    public void Warn(string text)
    {
        warnings.Add(text);
        errors.Write(new Text("warning: ", new Style(Color.Yellow)));
        errors.Write(new Text(Printable.Of(text) + "\n"));
    }

    /// <summary>Warns of what had to be done to examples so that the model could take them; many remarks become few lines.</summary>
    public void WarnOf(LabeledExamples examples)
    {
        var remarks = examples.Remarks;
        foreach (var remark in remarks.Take(MostRemarks))
        {
            Warn(remark);
        }

        if (remarks.Count > MostRemarks)
        {
            Warn($"The same or the like holds for {remarks.Count - MostRemarks} more of {examples.Name}.");
        }
    }

    /// <summary>Runs work that counts up to a total, with a bar where there is a terminal.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="total">The count at the end.</param>
    /// <param name="work">Is given what to report the count to, or null.</param>
    public T Track<T>(string title, int total, Func<IProgress<int>?, T> work) =>
        DrawsProgress
            ? new Progress(errors)
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(context => work(new Bar(context.AddTask(Markup.Escape(title), maxValue: total))))
            : work(null);

    /// <summary>Draws a bar whose text changes while asynchronous work goes on; only where <see cref="DrawsProgress"/>.</summary>
    public Task<T> TrackAsync<T>(string title, int total, Func<ProgressTask, Task<T>> work) =>
        new Progress(errors)
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new TaskDescriptionColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(context.AddTask(Markup.Escape(title), maxValue: total)));

    private sealed class Bar(ProgressTask task) : IProgress<int>
    {
        public void Report(int value) => task.Value = value;
    }
}
