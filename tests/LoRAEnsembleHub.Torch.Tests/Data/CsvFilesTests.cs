using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class CsvFilesTests
{
    [Fact]
    public void Numbers_names_splits_and_other_columns_are_read()
    {
        using var folder = Folder(
            "split,path,label,name,camera\ntrain,1.png,1,dog,x\ntest,2.png,0,\"cat, tame\",y\r\n\ntest,\"a \"\"b\"\".png\",1,dog,\n"
        );
        var images = Open(folder, "test");
        Assert.Equal(["cat, tame", "dog"], images.ClassNames);
        Assert.Equal([0, 1], [images.Label(0), images.Label(1)]);
        Assert.Equal("a \"b\".png", Path.GetFileName(images.Source(1)));
        Assert.Equal(1, Open(folder, "train").Count);
    }

    [Fact]
    public void Labels_that_are_not_all_numbers_are_names_in_ordinal_order()
    {
        using var folder = Folder("path,label\n1.png,b\n2.png,7\n1.png,B");
        var images = Open(folder, "train");
        Assert.Equal(["7", "B", "b"], images.ClassNames);
        Assert.Equal([2, 0, 1], Enumerable.Range(0, 3).Select(images.Label));
    }

    [Fact]
    public void Numbers_without_names_count_the_classes_from_zero()
    {
        using var folder = Folder("path,label\n1.png,2\n");
        Assert.Equal(["0", "1", "2"], Open(folder, "all").ClassNames);
        folder.Write("README.md", "---\nclass_names:\n- ant\n- bee\n- cow\n---\n");
        Assert.Equal(["ant", "bee", "cow"], Open(folder, "all").ClassNames);
    }

    [Theory]
    [InlineData("path,label\n../1.png,0\n", "(2): '../1.png' leaves")]
    [InlineData("path,label\na/../../1.png,0\n", "leaves")]
    [InlineData("path,label\n/etc/1.png,0\n", "leaves")]
    [InlineData("path,label\n9.png,0\n", "(2): the image '9.png' is not there")]
    [InlineData("path,label\n1.wav,0\n", "is no image by its name")]
    [InlineData("path,label\n1.png,-1\n", "(2): the label is -1")]
    [InlineData("path,label\n1.png,99999999999999999999\n", "(2): the label is 9999")]
    [InlineData("path,label\n1.png\n", "(2): 1 fields; the header names 2")]
    [InlineData("path,label\n\"1.png,0\n", "(2): a quoted field never ends")]
    [InlineData("path,label\n\"1\".png,0\n", "(2): text after a closing quote")]
    [InlineData("path,label\n1\".png,0\n", "(2): a quote inside")]
    [InlineData("path,class\n1.png,0\n", "no column 'label'. Found: path, class")]
    [InlineData("path,label\n", "no rows")]
    [InlineData("", "empty")]
    [InlineData("path,label,name\n1.png,0,cat\n2.png,0,dog\n", "(3): class 0 is called 'dog' here and 'cat' above")]
    [InlineData("path,label,name\n1.png,0,cat\n2.png,1,cat\n", "classes 0 and 1 are both called 'cat'")]
    [InlineData("path,label,split\n1.png,0,test\n", "no split 'train'. Found: test.")]
    public void A_table_that_is_wrong_is_refused_with_the_place(string table, string expected)
    {
        using var folder = Folder(table);
        var problem = Assert.Throws<DataSetException>(() => Open(folder, "train"));
        Assert.Contains("labels.csv", problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quoted_field_may_hold_line_ends_and_lines_are_still_counted()
    {
        using var folder = new DataFolder();
        var table = CsvTable.Read(folder.Write("t.csv", "text,label\n\"a\nb\",1\nlast,"));
        Assert.Equal(["a\nb", "1"], table.Rows[0].Fields);
        Assert.Equal(["last", ""], table.Rows[1].Fields);
        Assert.Equal(4, table.Rows[1].Line);
    }

    [Fact]
    public void Two_tables_of_which_none_is_the_usual_one_are_refused()
    {
        using var folder = new DataFolder();
        folder.Write("1.png", "");
        var one = folder.Write("one.csv", "path,label\n1.png,0\n");
        folder.Write("two.csv", "path,label\n1.png,1\n");
        Assert.Contains("one.csv, two.csv", Assert.Throws<DataSetException>(() => Open(folder, "all")).Message, StringComparison.Ordinal);
        Assert.Equal(0, ImageData.Open(one, "all", DataFolder.Decode).Label(0));
    }

    private static DataFolder Folder(string table)
    {
        var folder = new DataFolder();
        folder.Write("1.png", "");
        folder.Write("2.png", "");
        folder.Write("a \"b\".png", "");
        folder.Write("labels.csv", table);
        return folder;
    }

    private static LabeledData<RgbImage> Open(DataFolder folder, string split) => ImageData.Open(folder.Path, split, DataFolder.Decode);
}
