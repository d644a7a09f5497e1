using LoRAEnsembleHub.Data;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class TextDataTests
{
    private const string Divided = "text,label,split\ngood,1,train\nbad,0,test\nfine,1,test\n";

    [Fact]
    public void A_column_of_splits_divides_a_table()
    {
        using var folder = new DataFolder();
        var table = folder.Write("reviews.csv", Divided);
        var test = TextData.Open(table, "test");
        Assert.Equal(["bad", "fine"], Enumerable.Range(0, 2).Select(index => test.Read(index).Text));
        Assert.Equal(["train", "test"], TextData.FindSplits(table));
        Assert.EndsWith("reviews/test", test.Name, StringComparison.Ordinal);
        Assert.Equal(1, TextData.Open(folder.Path, "train").Count); // the only table of its folder
        var problem = Assert.Throws<DataSetException>(() => TextData.Open(table, "validation"));
        Assert.Contains("no split 'validation'. Found: test, train.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_named_after_their_splits_divide_a_folder()
    {
        using var folder = new DataFolder();
        folder.Write("train.tsv", "text\tlabel\nx\tsad\n");
        folder.Write("val.jsonl", "{\"text\": \"y\", \"label\": \"glad\"}");
        folder.Write("notes.txt", "no table here");
        Assert.Equal(["train", "validation"], TextData.FindSplits(folder.Path).Order());
        var train = TextData.Open(folder.Path, "train");
        Assert.Equal(["glad", "sad"], train.ClassNames); // a class of the other file moves no label
        Assert.Equal(1, train.Label(0));
        Assert.Equal([0, 1], train.CountPerClass());
    }

    [Fact]
    public void A_row_of_another_split_than_its_file_is_refused()
    {
        using var folder = new DataFolder();
        folder.Write("test.csv", "text,label\nx,0\n");
        folder.Write("weights.csv", "word,count\nx,1\n"); // no part of it
        Assert.Equal(1, TextData.Open(folder.Path, "test").Count);
        folder.Write("train.csv", Divided);
        var problem = Assert.Throws<DataSetException>(() => TextData.Open(folder.Path, "train"));
        Assert.Contains("train.csv(3): the row says that it is of the split test", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_with_secret_labels_does_not_keep_the_other_from_being_read()
    {
        using var folder = new DataFolder();
        var table = folder.Write("a.csv", "text,label,split\nx,1,train\ny,-1,test\n");
        Assert.Equal(["0", "1"], TextData.Open(table, "train").ClassNames);
        Assert.Throws<DataSetException>(() => TextData.Open(table, "test"));
    }

    [Fact]
    public void The_layout_of_GLUE_is_read_with_its_test_part_unlabelled()
    {
        using var folder = new DataFolder();
        folder.Write("train.tsv", "sentence\tlabel\nhide new secretions \t0\n\"quoted\" words \t1\n");
        folder.Write("dev.tsv", "sentence\tlabel\nit 's a charming journey . \t1\n");
        folder.Write("test.tsv", "index\tsentence\n0\tuneasy mishmash \n");
        var validation = TextData.Open(folder.Path, "validation");
        Assert.Equal(("1", 1), (validation.ClassNames[validation.Label(0)], validation.Count));
        Assert.EndsWith("/validation", TextData.Open(folder.Path, "dev").Name, StringComparison.Ordinal);
        Assert.Equal("\"quoted\" words ", TextData.Open(folder.Path, "train").Read(1).Text);
        Assert.Equal((-1, 0), (TextData.Open(folder.Path, "test").Label(0), TextData.Open(folder.Path, "test").ClassNames.Count));
        var problem = Assert.Throws<DataSetException>(() => TextData.Open(folder.Path, "test", ["0", "1"]));
        Assert.Contains("test.tsv(2): the text has no label", problem.Message, StringComparison.Ordinal);
        Assert.Equal(["test", "train", "validation"], DataSets.Survey(folder.Path)!.Splits.Select(split => split.Name).Order());
    }

    [Fact]
    public void Labels_are_numbers_of_the_classes_wanted_or_their_names()
    {
        using var folder = new DataFolder();
        var table = folder.Write("a.csv", Divided);
        Assert.Equal(["0", "1"], TextData.Open(table, "test").ClassNames);
        var wanted = TextData.Open(table, "test", ["negative", "positive"]);
        Assert.Equal([0, 1], [wanted.Label(0), wanted.Label(1)]);
        Assert.Contains(
            "(2): the label is 1; ",
            Assert.Throws<DataSetException>(() => TextData.Open(table, "train", ["only"])).Message,
            StringComparison.Ordinal
        );
        var named = folder.Write("b.csv", "text,label\nx,positive\ny,negative\n");
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(TextData.Open(named, "all", ["negative", "positive"]).Label));
        Assert.Throws<DataSetException>(() => TextData.Open(named, "all", ["other", "positive"]));
    }

    [Fact]
    public void Texts_without_labels_can_be_opened_and_not_be_measured()
    {
        using var folder = new DataFolder();
        var table = folder.Write("a.csv", "text\nx\n");
        var texts = TextData.Open(table, "test");
        Assert.Empty(texts.ClassNames);
        Assert.Empty(texts.CountPerClass());
        Assert.Equal(-1, texts.Label(0));
        var problem = Assert.Throws<DataSetException>(() => TextData.Open(table, "test", ["a", "b"]));
        Assert.Contains("(2): the text has no label", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_never_guessed_which_of_several_tables_is_meant()
    {
        using var folder = new DataFolder();
        folder.Write("b.csv", "text\nx\n");
        folder.Write("a.jsonl", "{\"text\": \"y\"}");
        var problem = Assert.Throws<DataSetException>(() => TextData.Open(folder.Path, "train"));
        Assert.Contains(
            "2 tables, and none is called train or test. Give the path of the one to open: a.jsonl, b.csv.",
            problem.Message,
            StringComparison.Ordinal
        );
        Assert.Throws<DirectoryNotFoundException>(() => TextData.Open(Path.Combine(folder.Path, "none"), "train"));
    }
}
