using LoRAEnsembleHub.Data;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Data;

public sealed class HamFolderTests
{
    [Fact]
    public void Classes_are_numbered_by_their_first_row_and_pictures_lie_in_several_folders()
    {
        using var folder = Made();
        Assert.Equal(["train", "test", "train-by-lesion", "test-by-lesion"], ImageData.FindSplits(folder.Path));
        var all = Open(folder, "all");
        Assert.Equal(["bkl", "nv", "df"], all.ClassNames);
        Assert.Equal(30, all.Count);
        Assert.EndsWith(Path.Combine("HAM10000_images_part_1", "ISIC_0000000.jpg"), all.Source(0), StringComparison.Ordinal);
        Assert.EndsWith(Path.Combine("HAM10000_images_part_2", "ISIC_0000001.jpg"), all.Source(1), StringComparison.Ordinal);
        Assert.Equal("ISIC_0000000.jpg".Length, all.Read(0).Pixels.Span[0]);
    }

    [Fact]
    public void The_published_division_has_a_fifth_of_every_class_to_measure_on()
    {
        using var folder = Made();
        var (train, test) = (Open(folder, "train"), Open(folder, "test"));
        Assert.Equal([8, 8, 8], train.CountPerClass());
        Assert.Equal([2, 2, 2], test.CountPerClass());
        Assert.Empty(SourcesOf(train).Intersect(SourcesOf(test)));
        Assert.Equal(SourcesOf(train), SourcesOf(Open(folder, "training"))); // always the same one
    }

    [Fact]
    public void Divided_by_lesion_no_lesion_is_on_both_sides()
    {
        using var folder = Made();
        var (train, test) = (Open(folder, "train-by-lesion"), Open(folder, "test-by-lesion"));
        Assert.Equal(30, train.Count + test.Count);
        Assert.Equal([2, 2, 2], test.CountPerClass()); // one lesion of two pictures each
        Assert.Empty(SourcesOf(train).Select(LesionOf).Intersect(SourcesOf(test).Select(LesionOf)));
        Assert.NotEmpty(SourcesOf(Open(folder, "train")).Select(LesionOf).Intersect(SourcesOf(Open(folder, "test")).Select(LesionOf)));
    }

    [Fact]
    public void The_table_is_found_without_an_ending_too()
    {
        using var folder = Made();
        File.Move(Path.Combine(folder.Path, "HAM10000_metadata.csv"), Path.Combine(folder.Path, "HAM10000_metadata"));
        Assert.Equal(30, Open(folder, "all").Count);
    }

    [Fact]
    public void Pictures_that_are_not_there_are_counted_before_anything_is_read()
    {
        using var folder = Made();
        Directory.Delete(Path.Combine(folder.Path, "HAM10000_images_part_2"), recursive: true);
        Assert.Contains(
            "HAM10000_metadata.csv(3): 15 of 30 pictures are not there, the first ISIC_0000001.jpg",
            Refusal(folder),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("lesion_id,image_id,dx\n", "no rows below the header")]
    [InlineData("lesion_id,dx\nHAM_0,nv\n", "no column 'image_id'")]
    [InlineData("lesion_id,image_id,dx\nHAM_0,ISIC_0000000,nv\n", "1 examples of 1 classes")]
    public void A_table_that_is_not_as_it_should_be_is_refused(string table, string words)
    {
        using var folder = Made();
        folder.Write("HAM10000_metadata.csv", table);
        Assert.Contains(words, Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_of_one_lesion_can_still_be_divided_by_pictures_and_surveyed()
    {
        using var folder = Made();
        var rows = Enumerable
            .Range(0, 30)
            .Select(index => $"HAM_{(index < 3 ? 0 : index)},ISIC_{index:0000000},{(index < 3 ? "df" : "nv")}");
        folder.Write("HAM10000_metadata.csv", "lesion_id,image_id,dx\n" + string.Join('\n', rows) + "\n");
        Assert.Equal(["train", "test"], ImageData.FindSplits(folder.Path));
        Assert.Contains("cannot be divided", Refusal(folder, "test-by-lesion"), StringComparison.Ordinal);
        folder.Write("HAM10000_metadata.csv", "lesion_id,image_id,dx\nHAM_0,ISIC_0000000,df\nHAM_1,ISIC_0000001,nv\n");
        Assert.Equal(["all"], ImageData.FindSplits(folder.Path));
        Assert.Equal(2, Open(folder, "all").Count);
    }

    // Thirty pictures of fifteen lesions, five of each of three classes; even pictures in one folder, odd ones in the other.
    private static DataFolder Made()
    {
        var folder = new DataFolder();
        string[] classes = ["bkl", "nv", "df"];
        var rows = Enumerable
            .Range(0, 30)
            .Select(index => $"HAM_{index / 2:0000000},ISIC_{index:0000000},{classes[index / 2 % 3]},histo,80.0,male,scalp");
        folder.Write("HAM10000_metadata.csv", "lesion_id,image_id,dx,dx_type,age,sex,localization\n" + string.Join('\n', rows) + "\n");
        for (var index = 0; index < 30; index++)
        {
            folder.Write(Path.Combine($"HAM10000_images_part_{1 + (index % 2)}", $"ISIC_{index:0000000}.jpg"), "");
        }

        return folder;
    }

    private static string[] SourcesOf(LabeledData<RgbImage> data) => [.. Enumerable.Range(0, data.Count).Select(data.Source)];

    private static string LesionOf(string source) => $"{int.Parse(Path.GetFileNameWithoutExtension(source)[5..], null) / 2}";

    private static string Refusal(DataFolder folder, string split = "train") =>
        Assert.Throws<DataSetException>(() => Open(folder, split)).Message;

    private static LabeledData<RgbImage> Open(DataFolder folder, string split) => ImageData.Open(folder.Path, split, DataFolder.Decode);
}
