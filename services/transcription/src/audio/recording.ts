import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Waveform } from '@alta/contracts/resources/recognition'
import { RecognitionFailure } from '@alta/kit/recognition/recognition-failure'
import type { Span } from '../engines/engine.ts'
import { levelMeter } from './levels.ts'
import { peakMeter } from './peaks.ts'
import { asText, runProgram } from './run-program.ts'
import { showing } from './samples.ts'
import { SAMPLE_RATE, wavHeader } from './wav.ts'

const UNREADABLE = 'The recording could not be decoded: it is damaged or not the format it claims to be.'

/** Decoded sound: 16 kHz, mono, 16 bit, in a file, so that hours of it need no memory. */
export interface Recording {
  /** Seconds. */
  readonly duration: number
  /** dBFS of every 20 ms. */
  readonly levels: Float32Array
  /** What a player draws. */
  readonly waveform: Waveform
  /** Raw samples, without a header. */
  readonly file: string
  /** A span as a complete WAV file. */
  wav(span: Span): Promise<Buffer>
  /** All of it as FLAC in a new file beside the samples; its path. */
  flac(signal: AbortSignal): Promise<string>
}

/**
 * The demuxer is named and never guessed: ffmpeg's guess would follow play lists, which name other files and
 * servers, wherever an upload looks like one.
 */
const demuxers: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/mp4': 'mov',
  'audio/webm': 'matroska',
}

export interface DecodeOptions {
  /** An existing, empty directory that the caller removes. */
  readonly directory: string
  readonly mediaType: string
  /** Longest recording taken, in seconds. */
  readonly maximumDuration: number
  readonly signal: AbortSignal
}

/**
 * Decodes any format of the contracts' `voiceMediaTypes`.
 * @throws {RecognitionFailure} `unreadable_file`, `recording_too_long`, `engine_missing`
 */
export async function decode(source: Readable, options: DecodeOptions): Promise<Recording> {
  const { directory, signal, maximumDuration } = options
  const demuxer = demuxers[options.mediaType]
  if (!demuxer) throw unreadable(`no demuxer for ${options.mediaType}`)

  // A file and not a pipe: M4A may keep its index at the end.
  const original = join(directory, 'original')
  await pipeline(source, createWriteStream(original), { signal })
  const input = ['-v', 'error', '-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${original}`]
  const limits = { signal, timeLimit: 60_000 + maximumDuration * 1000 }

  const told = await probe(input, limits)
  if (told !== undefined && told > maximumDuration) throw tooLong(maximumDuration)

  const file = join(directory, 'samples')
  const meter = levelMeter()
  const peaks = peakMeter()
  const meters = showing((sample) => {
    meter.see(sample)
    peaks.see(sample)
  })
  // One second more than allowed: a header that understates the length is found out.
  const decoding = await runProgram(
    'ffmpeg',
    ['-nostdin', ...input, '-map', '0:a:0', '-t', String(maximumDuration + 1), '-ac', '1'].concat([
      '-ar',
      String(SAMPLE_RATE),
      '-c:a',
      'pcm_s16le',
      '-f',
      's16le',
      'pipe:1',
    ]),
    limits,
    (samples) => pipeline(samples, meters, createWriteStream(file), { signal }),
  )
  const duration = meter.samples() / SAMPLE_RATE
  if (decoding.code !== 0 || duration === 0) throw unreadable(decoding.stderr)
  if (duration > maximumDuration) throw tooLong(maximumDuration)

  return {
    duration,
    levels: meter.levels(),
    waveform: peaks.waveform(),
    file,
    wav: (span) => cutWav(file, span),
    flac: (also) => encodeFlac(file, join(directory, 'samples.flac'), { ...limits, signal: also }),
  }
}

/** Seconds as the container tells them; undefined when it does not. */
async function probe(
  input: readonly string[],
  limits: { signal: AbortSignal; timeLimit: number },
): Promise<number | undefined> {
  const args = [
    ...input,
    '-select_streams',
    'a:0',
    '-show_entries',
    'format=duration:stream=index',
    '-of',
    'json',
  ]
  const { code, output, stderr } = await runProgram('ffprobe', args, limits, asText(10_000))
  if (code !== 0) throw unreadable(stderr)
  const found = JSON.parse(output) as { streams?: unknown[]; format?: { duration?: string } }
  if (!found.streams?.length) throw unreadable('no audio stream')
  const duration = Number(found.format?.duration)
  return Number.isFinite(duration) ? duration : undefined
}

async function cutWav(file: string, { start, end }: Span): Promise<Buffer> {
  const from = Math.floor(start * SAMPLE_RATE) * 2
  const wanted = Math.ceil(end * SAMPLE_RATE) * 2 - from
  await using handle = await open(file)
  const samples = Buffer.alloc(wanted)
  const { bytesRead } = await handle.read(samples, 0, wanted, from)
  return Buffer.concat([wavHeader(bytesRead), samples.subarray(0, bytesRead)])
}

async function encodeFlac(
  file: string,
  target: string,
  limits: { signal: AbortSignal; timeLimit: number },
): Promise<string> {
  const args = ['-nostdin', '-v', 'error', '-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '1']
  const whole = [...args, '-i', `file:${file}`, '-c:a', 'flac', '-y', `file:${target}`]
  const { code, stderr } = await runProgram('ffmpeg', whole, limits, asText(10_000))
  if (code !== 0) throw new Error(`ffmpeg could not write FLAC: ${stderr}`)
  return target
}

const unreadable = (cause: string): RecognitionFailure =>
  new RecognitionFailure('unreadable_file', UNREADABLE, { temporary: false, cause })

const tooLong = (maximum: number): RecognitionFailure =>
  new RecognitionFailure(
    'recording_too_long',
    `The recording is longer than ${Math.floor(maximum / 60)} minutes, the most that is taken.`,
    { temporary: false },
  )
