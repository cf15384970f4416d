#!/bin/sh
# Makes the document samples from sources/*.html. The results are committed, so that nobody needs these tools
# to run Alta; run this only after a change of a source, then check the engine tests, whose limits were set on
# exactly these files. Needs: chromium, poppler-utils, imagemagick, img2pdf, qpdf, fonts-dejavu-core.
# Noise is seeded. The truth beside each sample is written by hand: it is what a person reads on the page.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# print NAME: sources/NAME.html as a PDF with text, in $work
print() {
  chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer \
    --print-to-pdf="$work/$1.pdf" "sources/$1.html" 2>/dev/null
}
# photograph NAME DPI: its pages as greyscale images $work/NAME-N.pgm
photograph() { pdftoppm -gray -r "$2" "$work/$1.pdf" "$work/$1"; }

for name in text letter facture scan bad-photo; do print "$name"; done

# Document ids and dates would differ at every run.
qpdf --deterministic-id --object-streams=generate "$work/text.pdf" text.pdf

photograph letter 200
convert "$work/letter-1.pgm" -depth 4 -colors 16 -units PixelsPerInch -density 200 -strip letter.png

photograph facture 200
convert "$work/facture-1.pgm" -quality 72 -units PixelsPerInch -density 200 -strip facture.jpg

# A scan: each page lies a little askew on the glass, in another direction, with the grain of a cheap scanner.
photograph scan 200
page=0
for angle in 0.7 -0.6 0.75; do
  page=$((page + 1))
  convert "$work/scan-$page.pgm" -background '#f4f4f4' -distort SRT "$angle" -blur 0x0.4 \
    -level 4%,104% -seed "$page" -attenuate 0.18 +noise Gaussian -colorspace Gray \
    -quality 42 -units PixelsPerInch -density 200 -strip "$work/scanned-$page.jpg"
done
img2pdf --nodate --pagesize A4 "$work/scanned-1.jpg" "$work/scanned-2.jpg" "$work/scanned-3.jpg" -o scan.pdf

# A photo that nobody should have to read: from an angle, out of focus, grey on grey.
photograph bad-photo 110
convert "$work/bad-photo-1.pgm" -crop 100%x52%+0+0 +repage -virtual-pixel background -background '#8a8a86' \
  -distort Perspective '0,0 60,70  909,0 870,20  0,668 10,640  909,668 905,610' -rotate 3 \
  -blur 0x1.7 +level 38%,66% -seed 7 -attenuate 0.25 +noise Gaussian -colorspace Gray -quality 55 -strip bad-photo.jpg

# Broken on purpose.
head -c "$(($(wc -c <scan.pdf) / 2))" scan.pdf | head -c 120000 >truncated.pdf
cat >not-a-pdf.pdf <<'TEXT'
This is a plain text file that somebody has named "not-a-pdf.pdf".
Alta tells formats by their content, so it refuses this file at the door.
TEXT
