#!/usr/bin/env bash
# Short sounds in FLAC and OGG Vorbis, and what other programs decode from them.
# usage: make_compressed.sh OUTPUT_FOLDER     (needs flac, oggenc of vorbis-tools, sndfile-convert of libsndfile, and sox)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
wavs=$here/..
out=$1
cd "$out"

# FLAC is lossless, so the WAV is what must come out; those that are not golden already stay beside the FLAC.
flac -s -f --no-padding -8 -o sweep.flac "$wavs/sweep.wav"
flac -s -f --no-padding -0 -o fixed.flac "$wavs/clicks.wav"
flac -s -f --no-padding -8 -o s24.flac "$wavs/s24.wav"
flac -s -f --no-padding -5 -o s32.flac "$wavs/s32.wav"
flac -s -f --no-padding -5 -o u8.flac "$wavs/u8.wav"
flac -s -f --no-padding -5 -o silence.flac "$wavs/silence.wav"
flac -s -f --no-padding -5 -o noise.flac "$wavs/noise.wav"
flac -s -f --no-padding -5 -o exactly-400.flac "$wavs/exactly-400.wav"
flac -s -f --no-padding -8 -o stereo.flac "$wavs/stereo.wav"
flac -s -f --no-padding --lax -l 32 -b 1152 -r 0,8 -o long-lpc.flac "$wavs/sweep.wav"
flac -s -f -o tagged.flac --tag=TITLE=sweep --padding=5000 --seekpoint=100x "$wavs/sweep.wav"
sox -R -D -n -r 22050 -b 16 -c 2 related.wav synth 0.3 sine 330 sine 331 gain -3
flac -s -f --no-padding -8 -o related.flac related.wav
sox -R -D -n -r 8000 -b 16 -c 6 six.wav synth 0.2 sine 200 sine 300 sine 400 sine 500 sine 600 sine 700 gain -3
flac -s -f --no-padding -5 -o six.flac six.wav
sox -R -D "$wavs/clicks.wav" -b 24 padded.wav
flac -s -f --no-padding -5 -o wasted-bits.flac padded.wav
mv padded.wav wasted-bits.wav
sox -R -D -n -r 16000 -b 24 -c 1 loud.wav synth 0.2 whitenoise lowpass 4000 gain -n -1
flac -s -f --no-padding -5 -o loud.flac loud.wav
for bits in 16 32; do
    sox -R -D -n -r 16000 -b $bits -c 1 base.wav synth 0.1 whitenoise lowpass 3000 gain -n -6
    sox -R -D -n -r 16000 -b $bits -c 1 more.wav synth 0.1 brownnoise gain -n -40
    sox -R -D -m -v 1 base.wav -v 1 more.wav both.wav
    sox -R -D -M both.wav base.wav right-$bits.wav
    flac -s -f --no-padding -5 -o right-$bits.flac right-$bits.wav
    rm base.wav more.wav both.wav
done
flac -s -f --no-padding -0 -b 192 -o fixed-orders.flac "$wavs/long.wav"
# From a pipe to a pipe the encoder can neither know nor go back to write the number of samples and the MD5.
tail -c 32000 "$wavs/sweep.wav" | flac -s -c -5 --force-raw-format --endian=little --sign=signed --channels=1 --bps=16 --sample-rate=16000 - \
    | cat > no-total.flac

# Vorbis is lossy: beside each file stands what libvorbis makes of it through libsndfile, as 32-bit float.
oggenc -Q -q 3 -s 1 -o sweep.ogg "$wavs/sweep.wav"
oggenc -Q -q 6 -s 2 -o related.ogg related.wav
# sndfile-convert scales what goes beyond full scale, so the loud ones are made softer first.
for name in noise exactly-400; do
    sox -R -D -v 0.4 "$wavs/$name.wav" soft.wav
    oggenc -Q -q 1 -s 3 -o $name.ogg soft.wav
    rm soft.wav
done
oggenc -Q -q 3 -s 5 -o long.ogg "$wavs/long.wav"
for name in sweep related noise exactly-400 long; do
    sndfile-convert -float32 "$name.ogg" "$name.ogg.wav" > /dev/null
done
