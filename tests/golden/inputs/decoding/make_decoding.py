"""Small files of every kind a decoder meets, and the RGB bytes that Pillow reads from them.

usage: python make_decoding.py OUTPUT_FOLDER
"""
import hashlib
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import PIL
from PIL import Image, ImageCms, ImageOps

out, g = pathlib.Path(sys.argv[1]), np.random.default_rng(5)
W, H = 13, 11
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def noise(w, h, c=3):
    return g.integers(0, 256, (h, w, c), dtype=np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, depth, colour, rows, extra=b"", interlaced=0, w=W, h=H):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, colour, 0, 0, interlaced))
    body = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(r) for r in rows)))
    (out / f"{name}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + head + extra + body + chunk(b"IEND", b""))


def samples(depth, channels, w=W, h=H):
    return g.integers(0, 1 << depth, (h, w, channels)).astype(">u2" if depth == 16 else np.uint8)


def packed(depth):
    return [g.integers(0, 256, (W * depth + 7) // 8, dtype=np.uint8).tobytes() for _ in range(H)]


def interlaced(name, depth, colour, channels, w=W, h=H):
    v = samples(depth, channels, w, h)
    parts = [v[y::dy, x::dx] for x, y, dx, dy in ADAM7]
    png(name, depth, colour, [np.ascontiguousarray(r).tobytes() for p in parts if p.size for r in p], interlaced=1, w=w, h=h)


# PNG: sixteen bits, few bits, key colours, interlacing, colour management that must not be applied
for colour, channels in ((0, 1), (2, 3), (4, 2), (6, 4)):
    v = samples(16, channels)
    if colour == 0:
        v[0, :6, 0] = [0, 1, 254, 255, 256, 257]
    png(f"sixteen-bit-{colour}", 16, colour, [r.tobytes() for r in v])
key = samples(16, 3)
png("sixteen-bit-key", 16, 2, [r.tobytes() for r in key], chunk(b"tRNS", key[0, 0].tobytes()))
Image.fromarray((g.integers(0, 400, (40, 37)) + np.arange(37)).astype(np.uint16)).save(out / "sixteen-bit-filtered.png")
for depth in (1, 2, 4):
    png(f"gray-{depth}", depth, 0, packed(depth))
    png(f"gray-{depth}-key", depth, 0, packed(depth), chunk(b"tRNS", struct.pack(">H", 0)))
    png(f"palette-{depth}", depth, 3, packed(depth), chunk(b"PLTE", noise(1, 1 << depth).tobytes()) + chunk(b"tRNS", bytes([0, 128])))
rgb = samples(8, 3)
png("gamma", 8, 2, [r.tobytes() for r in rgb], chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 40000, 33000, 20000, 60000, 15000, 6000)))
png("key", 8, 2, [r.tobytes() for r in rgb], chunk(b"tRNS", struct.pack(">HHH", *(int(x) for x in rgb[0, 0]))))
png("background", 8, 6, [r.tobytes() for r in samples(8, 4)], chunk(b"bKGD", struct.pack(">HHH", 7, 8, 9)))
png("significant-bits", 8, 2, [r.tobytes() for r in rgb], chunk(b"sBIT", b"\5\6\5"))
interlaced("interlaced-sixteen-bit-0", 16, 0, 1)
interlaced("interlaced-sixteen-bit-6", 16, 6, 4, w=3)
interlaced("interlaced", 8, 2, 3)
# an sRGB profile with red and green exchanged: shows at once if it is applied
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
profile = profile.replace(b"rXYZ", b"zzzz").replace(b"gXYZ", b"rXYZ").replace(b"zzzz", b"gXYZ")
picture = Image.fromarray(noise(9, 7)).resize((61, 47), Image.BICUBIC)
picture.save(out / "profile.png", icc_profile=profile)
picture.save(out / "profile.jpg", icc_profile=profile, quality=95)
picture.save(out / "profile.webp", icc_profile=profile, lossless=True)
# JPEG
for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
    picture.save(out / f"subsampled-{name}.jpg", quality=85, subsampling=subsampling)
picture.save(out / "progressive.jpg", quality=80, progressive=True)
picture.convert("L").save(out / "gray.jpg", quality=90)
picture.convert("CMYK").save(out / "cmyk.jpg", quality=95)
# orientation outside PNG, WebP, BMP, GIF, animations
for i in (5, 6):
    exif = Image.Exif()
    exif[0x0112] = i
    picture.save(out / f"orientation-{i}.webp", lossless=True, exif=exif)
    picture.save(out / f"orientation-{i}.jpg", exif=exif)
picture.save(out / "lossy.webp", quality=80)
Image.fromarray(noise(30, 20, 4), "RGBA").save(out / "alpha.webp", lossless=True, exact=True)
picture.save(out / "rgb.bmp")
picture.convert("L").save(out / "gray.bmp")
picture.convert("1").save(out / "one-bit.bmp")
picture.quantize(16).save(out / "palette.bmp")
Image.fromarray(noise(10, 9, 4), "RGBA").save(out / "alpha.bmp")
picture.quantize(32).save(out / "palette.gif")
picture.convert("L").save(out / "gray.gif")
frames = [Image.fromarray(noise(10, 10)) for _ in range(3)]
frames[0].save(out / "animated.webp", save_all=True, append_images=frames[1:], lossless=True)
frames[0].save(out / "animated.png", save_all=True, append_images=frames[1:])
frames = [f.quantize(16) for f in frames]
frames[0].save(out / "animated.gif", save_all=True, append_images=frames[1:])
# transparency whose colours count, a first frame smaller than the screen, animations with transparency or with a picture outside them
still = picture.quantize(32)
still.save(out / "transparent.gif", transparency=2)
for name, transparent, own in (("part", None, False), ("part-transparent", 4, True)):
    colours = [noise(1, 8).tobytes() for _ in range(2)]
    data = bytearray(b"GIF89a" + struct.pack("<HHBBB", 9, 7, 0x82, 3, 0) + colours[0])
    if transparent is not None:
        data += b"\x21\xf9\x04" + struct.pack("<BHB", 1, 0, transparent) + b"\0"
    data += b"," + struct.pack("<HHHHB", 2, 1, 5, 4, 0x82 if own else 0) + (colours[1] if own else b"")
    codes = [code for value in g.integers(0, 8, 20) for code in (8, int(value))] + [9]  # cleared before each value: four bits a code
    packed_codes = bytes(low | high << 4 for low, high in zip(codes[::2], codes[1::2] + [0]))
    (out / f"{name}.gif").write_bytes(bytes(data) + bytes([3, len(packed_codes)]) + packed_codes + b"\0;")
frames = [Image.fromarray(noise(10, 12, 4), "RGBA") for _ in range(3)]
frames[0].save(out / "animated-alpha.webp", save_all=True, append_images=frames[1:], lossless=True, exact=True)
frames[0].save(out / "animated-alpha.png", save_all=True, append_images=frames[1:])
frames[0].save(out / "animated-default.png", save_all=True, append_images=frames[1:], default_image=True)

expected = {}
for file in sorted(f for f in out.iterdir() if f.suffix in (".png", ".jpg", ".webp", ".bmp", ".gif")):
    with Image.open(file) as image:
        mode, count = image.mode, getattr(image, "n_frames", 1)
        stored = image.convert("RGB").tobytes()
    with Image.open(file) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB").tobytes()
    if file.suffix == ".jpg" or file.stem == "lossy":
        file.with_suffix(file.suffix + ".rgb").write_bytes(stored)
    expected[file.name] = {"mode": mode, "frames": count, "rgb_sha256": hashlib.sha256(stored).hexdigest(), "upright_rgb_sha256": hashlib.sha256(upright).hexdigest()}
(out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
(out / "README.md").write_text(f"""# Decoding

Small files of every kind a decoder meets, made by `make_decoding.py`. `expected.json` has, for each, Pillow's mode, the number of frames, and the SHA-256 of the
RGB bytes, row by row, of `convert("RGB")` on the file as stored and after `exif_transpose`; of an animation, of the first frame.
Decoders of lossy files may differ by 2 levels, so for these the bytes themselves are in `FILE.rgb`.
`profile.*` carry a colour profile with red and green exchanged, `gamma.png` an unusual gamma: neither may show in the pixels.
`sixteen-bit-0`: grey above 255 becomes 255. Versions: {json.dumps({"pillow": PIL.__version__, "numpy": np.__version__})}.
""")
