using System.Buffers.Binary;
using LoRAEnsembleHub.Inputs;

namespace LoRAEnsembleHub.Torch.Tests.Inputs;

public class OrientationTests
{
    public static TheoryData<ImageOrientationTag> Tags => [.. Enum.GetValues<ImageOrientationTag>()];

    [Theory, MemberData(nameof(Tags))]
    public void Turning_and_turning_back_gives_the_picture_again(ImageOrientationTag tag)
    {
        var back = tag switch
        {
            ImageOrientationTag.RightTop => ImageOrientationTag.LeftBottom,
            ImageOrientationTag.LeftBottom => ImageOrientationTag.RightTop,
            _ => tag, // mirrors and half turns undo themselves
        };
        var image = Pictures.Noise(7, 5);
        Pictures.AssertSame(image, OrientedImage.Upright(OrientedImage.Upright(image, tag), back));
    }

    [Theory, MemberData(nameof(Tags))]
    public void The_first_stored_pixel_lands_where_the_tag_says(ImageOrientationTag tag)
    {
        var image = Pictures.Noise(7, 5);
        var upright = OrientedImage.Upright(image, tag);
        var (row, column) = tag switch
        {
            ImageOrientationTag.TopLeft or ImageOrientationTag.LeftTop => (0, 0),
            ImageOrientationTag.TopRight or ImageOrientationTag.RightTop => (0, upright.Width - 1),
            ImageOrientationTag.BottomRight or ImageOrientationTag.RightBottom => (upright.Height - 1, upright.Width - 1),
            _ => (upright.Height - 1, 0),
        };
        var at = 3 * ((row * upright.Width) + column);
        Assert.Equal(image.Pixels[..3].ToArray(), upright.Pixels.Slice(at, 3).ToArray());
        Assert.Equal(tag >= ImageOrientationTag.LeftTop, upright.Width == image.Height);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Exif_is_read_in_both_byte_orders(bool little)
    {
        for (ushort value = 1; value <= 8; value++)
        {
            Assert.Equal((ImageOrientationTag)value, ExifOrientation.Read(Exif(little, 0x0112, 3, 1, value)));
            Assert.Equal((ImageOrientationTag)value, ExifOrientation.Read([.. "Exif\0\0"u8, .. Exif(little, 0x0112, 3, 1, value)]));
        }
    }

    [Fact]
    public void Exif_that_is_damaged_or_says_nothing_means_upright()
    {
        var good = Exif(true, 0x0112, 3, 1, 6);
        for (var length = 0; length < good.Length; length++)
        {
            Assert.Equal(ImageOrientationTag.TopLeft, ExifOrientation.Read(good.AsSpan(0, length)));
        }

        Assert.Equal(ImageOrientationTag.TopLeft, ExifOrientation.Read(Exif(true, 0x0112, 3, 1, 9)));
        Assert.Equal(ImageOrientationTag.TopLeft, ExifOrientation.Read(Exif(true, 0x0112, 3, 1, 0)));
        Assert.Equal(ImageOrientationTag.TopLeft, ExifOrientation.Read(Exif(true, 0x0112, 3, 2, 6)));
        Assert.Equal(ImageOrientationTag.TopLeft, ExifOrientation.Read(Exif(true, 0x0112, 2, 1, 6)));
        Assert.Equal(ImageOrientationTag.TopLeft, ExifOrientation.Read(Exif(true, 0x0110, 3, 1, 6)));
        BinaryPrimitives.WriteUInt32LittleEndian(good.AsSpan(4), uint.MaxValue);
        Assert.Equal(ImageOrientationTag.TopLeft, ExifOrientation.Read(good));
    }

    // Header, one directory at 8 with one entry: tag, type, count, value.
    private static byte[] Exif(bool little, ushort tag, ushort type, uint count, ushort value)
    {
        var bytes = new byte[8 + 2 + 12];
        void Short(int at, ushort n)
        {
            if (little)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), n);
            }
            else
            {
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), n);
            }
        }

        (bytes[0], bytes[1]) = little ? ((byte)'I', (byte)'I') : ((byte)'M', (byte)'M');
        Short(2, 42);
        bytes[little ? 4 : 7] = 8;
        Short(8, 1);
        Short(10, tag);
        Short(12, type);
        bytes[little ? 14 : 17] = (byte)count;
        Short(18, value);
        return bytes;
    }
}
