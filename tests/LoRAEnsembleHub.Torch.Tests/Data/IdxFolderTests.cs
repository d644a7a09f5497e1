using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class IdxFolderTests
{
    [Theory]
    [InlineData("train", "", "train")]
    [InlineData("train", ".gz", "train")]
    [InlineData("t10k", ".gz", "test")]
    [InlineData("test", "", "test")]
    [InlineData("val", ".gz", "validation")]
    public void Every_usual_spelling_of_a_split_is_found(string prefix, string ending, string split)
    {
        using var folder = new DataFolder();
        folder.WriteIdx(prefix, ending, 1, 0, 2);
        var images = Open(folder, split);
        Assert.Equal(3, images.Count);
        Assert.Equal([1, 0, 2], Enumerable.Range(0, 3).Select(images.Label));
        Assert.Equal(["0", "1", "2"], images.ClassNames);
        Assert.EndsWith("/" + split, images.Name, StringComparison.Ordinal);
        Assert.Equal([1, 1, 1], images.CountPerClass());
    }

    [Fact]
    public void Grey_is_repeated_over_three_channels_and_width_is_the_last_dimension()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("train", ".gz", 0, 1);
        var image = Open(folder, "train").Read(1);
        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Equal([6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11], image.Pixels.ToArray());
        Assert.EndsWith("train-images-idx3-ubyte.gz#1", Open(folder, "train").Source(1), StringComparison.Ordinal);
    }

    [Fact]
    public void All_splits_of_a_folder_have_the_same_classes()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("train", ".gz", 0, 1, 4);
        folder.WriteIdx("t10k", "", 0, 1);
        Assert.Equal(5, Open(folder, "test").ClassNames.Count);
    }

    [Fact]
    public void An_unknown_split_is_refused_with_those_found()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("train", ".gz", 0, 1);
        var problem = Assert.Throws<DataSetException>(() => Open(folder, "test"));
        Assert.Contains("no split 'test'. Found: train.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_files_that_are_both_the_test_split_are_refused()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("t10k", ".gz", 0, 1);
        folder.WriteIdx("test", ".gz", 1, 0);
        Assert.Contains("t10k and test", Assert.Throws<DataSetException>(() => Open(folder, "test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_beyond_the_named_classes_is_refused_with_its_place()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("train", ".gz", 0, 2);
        folder.Write("classes.txt", "cat\ndog\n");
        var problem = Assert.Throws<DataSetException>(() => Open(folder, "train"));
        Assert.Contains("train-labels-idx1-ubyte.gz#1: the label is 2", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_move_to_the_class_order_asked_for()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("train", ".gz", 0, 1);
        folder.Write("labels.txt", "cat\r\ndog\r\n\r\n");
        var images = ImageData.Open(folder.Path, "train", DataFolder.Decode, ["horse", "dog", "cat"]);
        Assert.Equal([2, 1], [images.Label(0), images.Label(1)]);
        Assert.Equal(["horse", "dog", "cat"], images.ClassNames);
    }

    [Fact]
    public void A_file_of_labels_of_another_length_is_refused()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("train", "", 0, 1);
        folder.Write("train-labels-idx1-ubyte", DataFolder.Idx([3], [0, 1, 0]));
        Assert.Contains(
            "3 labels for the 2 images",
            Assert.Throws<DataSetException>(() => Open(folder, "train")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Images_without_labels_are_refused_by_the_name_of_the_missing_file()
    {
        using var folder = new DataFolder();
        folder.WriteIdx("train", "", 0, 1);
        File.Delete(Path.Combine(folder.Path, "train-labels-idx1-ubyte"));
        Assert.Contains(
            "train-labels-idx1-ubyte: not found",
            Assert.Throws<DataSetException>(() => Open(folder, "train")).Message,
            StringComparison.Ordinal
        );
    }

    private static LabeledData<RgbImage> Open(DataFolder folder, string split) => ImageData.Open(folder.Path, split, DataFolder.Decode);
}
