using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class ClassFoldersTests
{
    [Fact]
    public void Classes_and_files_come_in_ordinal_order()
    {
        using var folder = new DataFolder();
        foreach (var file in new[] { "b/2.png", "b/10.JPG", "a/x.webp", "B/y.bmp", "a/notes.txt", ".git/z.png", "a/.hidden.png" })
        {
            folder.Write("train/" + file, "");
        }

        var images = Open(folder, "train");
        Assert.Equal(["B", "a", "b"], images.ClassNames);
        Assert.Equal(["y.bmp", "x.webp", "10.JPG", "2.png"], Enumerable.Range(0, 4).Select(i => Path.GetFileName(images.Source(i))));
        Assert.Equal([0, 1, 2, 2], Enumerable.Range(0, 4).Select(images.Label));
        Assert.Equal(6, images.Read(2).Pixels.Span[0]);
    }

    [Fact]
    public void A_class_without_images_in_one_split_moves_no_label()
    {
        using var folder = new DataFolder();
        folder.Write("train/cat/1.png", "");
        folder.Write("train/dog/1.png", "");
        folder.Write("val/dog/2.png", "");
        var images = Open(folder, "validation");
        Assert.Equal(1, images.Label(0));
        Assert.Equal(2, images.ClassNames.Count);
    }

    [Fact]
    public void A_folder_that_is_not_divided_is_opened_whole_and_says_so()
    {
        using var folder = new DataFolder();
        folder.Write("cat/1.png", "");
        folder.Write("dog/1.png", "");
        Assert.Equal(2, Open(folder, "train").Count);
        Assert.EndsWith("/all", Open(folder, "test").Name, StringComparison.Ordinal);
        Assert.Contains("Ask for 'all'", Assert.Throws<DataSetException>(() => Open(folder, "night")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_with_a_name_of_its_own_is_opened_by_it()
    {
        using var folder = new DataFolder();
        folder.Write("train/cat/1.png", "");
        folder.Write("night/cat/2.png", "");
        Assert.Equal(1, Open(folder, "night").Count);
        Assert.Contains(
            "Found: night, train",
            Assert.Throws<DataSetException>(() => Open(folder, "test")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Labels_follow_the_names_asked_for_and_other_classes_are_refused()
    {
        using var folder = new DataFolder();
        folder.Write("cat/1.png", "");
        folder.Write("dog/1.png", "");
        Assert.Equal(2, ImageData.Open(folder.Path, "all", DataFolder.Decode, ["dog", "horse", "cat"]).Label(0));
        var problem = Assert.Throws<DataSetException>(() => ImageData.Open(folder.Path, "all", DataFolder.Decode, ["cat"]));
        Assert.Contains("the class 'dog' is not among the 1 classes cat", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_an_empty_folder_nor_a_missing_one_is_a_data_set()
    {
        using var folder = new DataFolder();
        Assert.Contains("no images found", Assert.Throws<DataSetException>(() => Open(folder, "train")).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => ImageData.Open(Path.Combine(folder.Path, "none"), "train", DataFolder.Decode));
    }

    [Fact]
    public void A_larger_subset_of_the_same_seed_contains_the_smaller_one()
    {
        using var folder = new DataFolder();
        for (var i = 0; i < 30; i++)
        {
            folder.Write($"a/{i:00}.png", "");
        }

        var images = Open(folder, "train");
        var small = Sources(images.Subset(5, seed: 3));
        Assert.Equal(5, small.Length);
        Assert.Equal(small.Order(StringComparer.Ordinal), small);
        Assert.Subset(Sources(images.Subset(9, seed: 3)).ToHashSet(), small.ToHashSet());
        Assert.NotEqual(small, Sources(images.Subset(5, seed: 4)));
        Assert.Equal(Sources(images)[10..20], Sources(images.Take(10..20)));
        Assert.Equal(Sources(images)[12..14], Sources(images.Take(10..20).Take(2..4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Subset(31, seed: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Take(..2).Label(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Take(4..4));
    }

    private static string[] Sources(LabeledData<RgbImage> images) => [.. Enumerable.Range(0, images.Count).Select(images.Source)];

    private static LabeledData<RgbImage> Open(DataFolder folder, string split) => ImageData.Open(folder.Path, split, DataFolder.Decode);
}
