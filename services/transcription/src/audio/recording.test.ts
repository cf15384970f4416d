import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decoded, ffmpeg, sample } from '../testing/recordings.ts'
import { mayHoldSpeech } from './levels.ts'
import { scratchDirectory } from './scratch.ts'

describe('decoding', { timeout: 60_000 }, () => {
  it.each([
    ['wav', 'audio/wav', ['-c:a', 'pcm_s24le', '-ar', '44100', '-ac', '2']],
    ['mp3', 'audio/mpeg', ['-c:a', 'libmp3lame', '-b:a', '48k']],
    ['ogg', 'audio/ogg', ['-c:a', 'libopus', '-b:a', '24k']],
    ['flac', 'audio/flac', ['-c:a', 'flac']],
    ['m4a', 'audio/mp4', ['-c:a', 'aac', '-b:a', '48k']],
    // As MediaRecorder writes them while somebody speaks: nothing tells how long it will be, nor where is what.
    ['webm', 'audio/webm', ['-c:a', 'libopus', '-b:a', '24k', '-live', '1']],
    ['mp4', 'audio/mp4', ['-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov+default_base_moof']],
  ])('reads %s', async (extension, mediaType, codec) => {
    await using directory = await scratchDirectory()
    const file = join(directory.path, `in.${extension}`)
    await ffmpeg('-i', sample('memo.wav'), ...codec, file)

    const recording = await decoded(directory.path, file, mediaType)

    expect(recording.duration).toBeGreaterThan(10.7)
    expect(recording.duration).toBeLessThan(10.9)
    expect(mayHoldSpeech(recording.levels)).toBe(true)
    const { secondsPerPair, peaks } = recording.waveform
    expect((peaks.length / 2) * secondsPerPair).toBeCloseTo(recording.duration, 0)
    expect(Math.max(...peaks)).toBeGreaterThan(10)
  })

  it('refuses what is no sound, whatever it is called', async () => {
    await using directory = await scratchDirectory()
    const file = join(directory.path, 'in.wav')
    await writeFile(file, 'RIFF....WAVE and then nothing that a recording would hold')
    await expect(decoded(directory.path, file)).rejects.toMatchObject({
      code: 'unreadable_file',
      temporary: false,
    })
  })

  it('refuses zero bytes', async () => {
    await using directory = await scratchDirectory()
    const file = join(directory.path, 'in.mp3')
    await writeFile(file, '')
    await expect(decoded(directory.path, file, 'audio/mpeg')).rejects.toMatchObject({
      code: 'unreadable_file',
    })
  })

  it('never follows a play list that pretends to be a recording', async () => {
    await using directory = await scratchDirectory()
    const file = join(directory.path, 'in.mp3')
    await writeFile(file, `ffconcat version 1.0\nfile '${sample('memo.wav')}'\n`)
    await expect(decoded(directory.path, file, 'audio/mpeg')).rejects.toMatchObject({
      code: 'unreadable_file',
    })
  })

  it('refuses a recording that is longer than allowed', async () => {
    await using directory = await scratchDirectory()
    const file = join(directory.path, 'in.flac')
    await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '700', file)
    await expect(decoded(directory.path, file, 'audio/flac')).rejects.toMatchObject({
      code: 'recording_too_long',
    })
  })

  it.each([
    ['a silent room', ['-i', sample('silence.wav')]],
    ['digital silence', ['-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', '2']],
    ['a loud hum', ['-f', 'lavfi', '-i', 'sine=frequency=100:sample_rate=16000', '-t', '2']],
    ['steady hiss', ['-f', 'lavfi', '-i', 'anoisesrc=amplitude=0.1:sample_rate=16000:seed=3', '-t', '2']],
  ])('hears no speech in %s', async (_name, input) => {
    await using directory = await scratchDirectory()
    const file = join(directory.path, 'in.wav')
    await ffmpeg(...input, '-ac', '1', file)
    const { levels } = await decoded(directory.path, file)
    expect(mayHoldSpeech(levels)).toBe(false)
  })
})
