#!/usr/bin/env bash
# Makes the fonts of this folder from those that `README.md` names: `bash subset.sh NotoSans_400Regular.ttf
# Vazirmatn-Regular.ttf`, with fonttools 4 installed.
set -euo pipefail
cd "$(dirname "$0")"

latin=U+0020-007E,U+00A0-024F,U+0259,U+02B0-02DD,U+0300-0308,U+030A-030C,U+0312,U+0313,U+031B,U+0323-0328,U+0331
greek_cyrillic=U+0370-03FF,U+0400-052F
more_latin=U+1E00-1EFF
signs=U+2007-2015,U+2018-2026,U+202F,U+2030,U+2032,U+2033,U+2039,U+203A,U+2044,U+2060,U+2070-2089,U+20A0-20C0,U+2116
more_signs=U+2122,U+2212,U+25CC
# Without what only screens need, and without what nobody asks for by name: small capitals, fractions and the like.
pyftsubset "$1" --output-file=NotoSans-subset.ttf --no-hinting --notdef-outline \
  --layout-features=ccmp,locl,mark,mkmk,kern \
  --unicodes="$latin,$greek_cyrillic,$more_latin,$signs,$more_signs"
pyftsubset "$2" --output-file=Vazirmatn-subset.ttf --no-hinting --notdef-outline \
  --unicodes=U+0020,U+00A0,U+0600-06FF,U+0750-077F,U+200B-200F,U+FDFC
