#!/bin/sh
# Makes the voice samples and the truth beside each of them.
# The voices are flite's, which Debian's ffmpeg carries: of the free synthetic voices in Debian these two are
# the ones that pocketsphinx understands best. Only ffmpeg is needed, and the same ffmpeg gives the same speech.
set -eu
cd "$(dirname "$0")"

memo='Good morning. This is a note about the meeting on Tuesday. The company wants to open a second office in the city. Please send the new contract to the manager and ask for an answer by Friday.'
call='Hello, I am calling about the letter you sent last week. We have paid the first part of the money. The second part will be paid at the end of the month. Please call me back tomorrow afternoon.'

# speak <voice> <text> <file> <ffmpeg output options...>
speak() {
  voice=$1 words=$2 file=$3
  shift 3
  spoken=$(mktemp)
  printf '%s' "$words" >"$spoken"
  ffmpeg -hide_banner -loglevel error -y -f lavfi -i "flite=textfile=$spoken:voice=$voice" \
    -map_metadata -1 -fflags +bitexact -flags:a +bitexact -ac 1 "$@" "$file"
  rm -f "$spoken"
}

# truth <file> <text or null, as JSON> <expect> [code]
truth() {
  {
    printf '{\n  "kind": "voice",\n  "language": "en",\n  "text": %s,\n  "expect": "%s"' "$2" "$3"
    if [ $# -gt 3 ]; then printf ',\n  "code": "%s"' "$4"; fi
    printf '\n}\n'
  } >"${1%.*}.truth.json"
}

speak slt "$memo" memo.wav -ar 16000 -c:a pcm_s16le
truth memo.wav "\"$memo\"" approved_or_review

speak rms "$call" call.ogg -c:a libopus -b:a 24k -application voip
truth call.ogg "\"$call\"" approved_or_review

# Not digital zero: a room in which nobody speaks.
ffmpeg -hide_banner -loglevel error -y -f lavfi -i 'anoisesrc=color=brown:amplitude=0.0008:seed=7:sample_rate=16000' \
  -t 6 -map_metadata -1 -fflags +bitexact -flags:a +bitexact -ac 1 -c:a pcm_s16le silence.wav
truth silence.wav null failed no_speech
