using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class CifarFolderTests
{
    private const int Plane = 32 * 32;

    [Fact]
    public void Five_files_are_the_training_split_of_ten_classes()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        Assert.Equal(["train", "test"], ImageData.FindSplits(folder.Path));
        var train = Open(folder, "train");
        Assert.Equal(10, train.Count);
        Assert.Equal(["airplane", "automobile"], train.ClassNames.Take(2));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Enumerable.Range(0, 10).Select(train.Label));
        Assert.EndsWith("data_batch_2.bin#1", train.Source(3), StringComparison.Ordinal);
        Assert.EndsWith("/train", train.Name, StringComparison.Ordinal);
        Assert.Equal([3, 4], [Open(folder, "test").Label(0), Open(folder, "test").Label(1)]);
    }

    [Fact]
    public void Planes_of_color_become_pixels_row_by_row()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        byte[] planes = [.. Enumerable.Range(0, 3 * Plane).Select(at => (byte)(at / Plane * 80 + (at % Plane / 32)))];
        folder.Write("test_batch.bin", [7, .. planes]);
        var image = Open(folder, "test").Read(0);
        Assert.Equal((32, 32), (image.Width, image.Height));
        Assert.Equal([0, 80, 160, 0, 80, 160], image.Pixels[..6].ToArray());
        Assert.Equal([31, 111, 191], image.Pixels[^3..].ToArray()); // the last row
    }

    [Fact]
    public void Of_two_labels_the_fine_one_counts()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteHundred(folder);
        var train = Open(folder, "train");
        Assert.Equal(100, train.ClassNames.Count);
        Assert.Equal([99, 0, 42], Enumerable.Range(0, 3).Select(train.Label));
        Assert.Equal("fine 42", train.ClassNames[train.Label(2)]);
        Assert.Equal(1, Open(folder, "test").Count);
    }

    [Fact]
    public void Labels_move_to_the_class_order_asked_for()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        string[] asked = [.. Open(folder, "test").ClassNames.Reverse()];
        Assert.Equal(9 - 3, ImageData.Open(folder.Path, "test", DataFolder.Decode, asked).Label(0));
        var problem = Assert.Throws<DataSetException>(() => ImageData.Open(folder.Path, "test", DataFolder.Decode, ["airplane", "boat"]));
        Assert.Contains("the class 'automobile' is not among the 2 classes airplane, boat", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_file_of_names_classes_are_numbers()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        File.Delete(Path.Combine(folder.Path, "batches.meta.txt"));
        Assert.Equal("9", Open(folder, "train").ClassNames[^1]);
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(100, "100 bytes; CIFAR-10 has 3073 for each picture, and this is less than one.")]
    [InlineData(3073 + 9, "this is 1 pictures and 9 bytes")]
    public void A_file_that_ends_inside_a_picture_is_refused(int length, string words)
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        var file = folder.Write("data_batch_4.bin", new byte[length]);
        var problem = Assert.Throws<DataSetException>(() => Open(folder, "train"));
        Assert.StartsWith(file, problem.Message, StringComparison.Ordinal);
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_of_no_class_is_refused_with_its_place()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        folder.Write("data_batch_5.bin", [.. CifarFiles.Record(8), .. CifarFiles.Record(10)]);
        var problem = Assert.Throws<DataSetException>(() => Open(folder, "train"));
        Assert.Contains("data_batch_5.bin#1: the label is 10", problem.Message, StringComparison.Ordinal);
        CifarFiles.WriteHundred(folder);
        File.Delete(Path.Combine(folder.Path, "test_batch.bin"));
        for (var batch = 1; batch <= 5; batch++)
        {
            File.Delete(Path.Combine(folder.Path, $"data_batch_{batch}.bin"));
        }

        folder.Write("train.bin", [20, .. CifarFiles.Record(1)]);
        problem = Assert.Throws<DataSetException>(() => Open(folder, "train"));
        Assert.Contains("train.bin#0: the coarse label is 20", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_files_and_wrong_names_are_told()
    {
        using var folder = new DataFolder();
        CifarFiles.WriteTen(folder);
        File.Delete(Path.Combine(folder.Path, "data_batch_3.bin"));
        Assert.Contains("data_batch_3.bin: not found", Refusal(folder, "train"), StringComparison.Ordinal);
        Assert.Contains("no split 'validation'. Found: test, train.", Refusal(folder, "validation"), StringComparison.Ordinal);
        folder.Write("batches.meta.txt", "cat\ndog\n");
        Assert.Contains("2 class names; CIFAR-10 has 10", Refusal(folder, "test"), StringComparison.Ordinal);
    }

    [Fact]
    public void Pickles_of_the_same_data_are_refused_with_what_to_fetch()
    {
        using var folder = new DataFolder();
        folder.Write("train", "pickle");
        folder.Write("meta", "pickle");
        Assert.Contains("CIFAR-100 as Python pickles", Refusal(folder, "train"), StringComparison.Ordinal);
    }

    private static string Refusal(DataFolder folder, string split) => Assert.Throws<DataSetException>(() => Open(folder, split)).Message;

    private static LabeledData<RgbImage> Open(DataFolder folder, string split) => ImageData.Open(folder.Path, split, DataFolder.Decode);
}
