using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;
using LoRAEnsembleHub.Torch.Tests.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class EscFolderTests
{
    private const string Header = "filename,fold,target,category,esc10,src_file,take\n";

    [Fact]
    public void Folds_are_splits_and_the_rest_of_each_is_one_too()
    {
        using var folder = Made();
        Assert.Equal(["fold1", "fold2", "fold3", "fold4", "fold5"], AudioData.FindSplits(folder.Path));
        Assert.Equal(["1-1-A-0.wav", "1-2-A-1.wav"], Names(Open(folder, "fold1")));
        Assert.Equal(8, Open(folder, "all-but-fold3").Count);
        Assert.DoesNotContain(Names(Open(folder, "all-but-fold3")), name => name[0] == '3');
        Assert.Equal(Names(Open(folder, "fold1")), Names(Open(folder, "test")));
        Assert.Equal(Names(Open(folder, "all-but-fold1")), Names(Open(folder, "train")));
        Assert.Equal(10, Open(folder, "all").Count);
        Assert.EndsWith("/fold1", Open(folder, "test").Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_are_numbered_by_target_and_named_by_category()
    {
        using var folder = Made();
        var fold = Open(folder, "fold2");
        Assert.Equal(["dog", "rooster"], fold.ClassNames);
        Assert.Equal([0, 1], [fold.Label(0), fold.Label(1)]);
        Assert.Equal(1, AudioData.Open(folder.Path, "fold2", file => AudioDecoder.Read(file), ["rooster", "dog"]).Label(0));
        Assert.Equal(800, fold.Read(0).Samples.Length);
    }

    [Fact]
    public void A_survey_counts_every_sound_once()
    {
        using var folder = Made();
        var facts = DataSets.Survey(folder.Path)!;
        Assert.Equal(("sound", 5, 10), (facts.Input, facts.Splits.Count, facts.Splits.Sum(split => split.Count)));
        Assert.Contains("0.05 s at 16000 Hz", facts.Splits[0].FirstSize, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_or_wrong_is_told_by_file_and_line()
    {
        using var folder = Made();
        Assert.Contains("no split 'fold6'. Found: all, all-but-fold1", Refusal(folder, "fold6"), StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Path, "audio", "2-2-A-1.wav"));
        Assert.Contains("esc50.csv(5): the sound '2-2-A-1.wav' is not there", Refusal(folder, "fold2"), StringComparison.Ordinal);
        Assert.Equal(2, Open(folder, "fold1").Count); // which does not need it
        folder.Write(Path.Combine("meta", "esc50.csv"), $"{Header}a.wav,1,0,dog,True,1,A\nb.wav,1,0,cat,True,1,A\n");
        Assert.Contains("esc50.csv(3): class 0 is called 'cat' here and 'dog' above", Refusal(folder, "fold1"), StringComparison.Ordinal);
        folder.Write(Path.Combine("meta", "esc50.csv"), $"{Header}../meta/a.wav,1,0,dog,True,1,A\n");
        Assert.Contains("'../meta/a.wav' leaves", Refusal(folder, "fold1"), StringComparison.Ordinal);
        folder.Write(Path.Combine("meta", "esc50.csv"), $"{Header}a.wav,1,x,dog,True,1,A\n");
        Assert.Contains("the label is x", Refusal(folder, "fold1"), StringComparison.Ordinal);
        Directory.Delete(Path.Combine(folder.Path, "audio"), recursive: true);
        Assert.Contains("ESC-50 has its sounds there", Refusal(folder, "fold1"), StringComparison.Ordinal);
    }

    private static DataFolder Made()
    {
        var folder = new DataFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "audio"));
        var rows = new List<string>();
        for (var fold = 1; fold <= 5; fold++)
        {
            foreach (var (label, name) in new[] { (0, "dog"), (1, "rooster") })
            {
                var file = $"{fold}-{label + 1}-A-{label}.wav";
                rows.Add($"{file},{fold},{label},{name},True,{fold},A");
                folder.Write(Path.Combine("audio", file), Sounds.Wav(Sounds.Sine(300 + (200 * label), 16_000, 800)));
            }
        }

        folder.Write(Path.Combine("meta", "esc50.csv"), Header + string.Join('\n', rows) + "\n");
        return folder;
    }

    private static string[] Names(LabeledData<Waveform> data) =>
        [.. Enumerable.Range(0, data.Count).Select(index => Path.GetFileName(data.Source(index)))];

    private static string Refusal(DataFolder folder, string split) => Assert.Throws<DataSetException>(() => Open(folder, split)).Message;

    private static LabeledData<Waveform> Open(DataFolder folder, string split) =>
        AudioData.Open(folder.Path, split, file => AudioDecoder.Read(file));
}
