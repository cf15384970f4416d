import { useEffect, useRef, useState } from 'react'
import workletAddress from './pcm-worklet.js?url'
import { levelOf, wavOf } from './wav.ts'

export type RecorderState = 'idle' | 'starting' | 'recording' | 'paused' | 'ended'

/** A minute of this is six million bytes; so many are held in memory at most. */
const MOST_SECONDS = 60 * 60

interface Session {
  readonly context: AudioContext
  /** Undefined until the browser gives it. */
  stream: MediaStream | undefined
  readonly parts: Float32Array[]
  count: number
  isTaking: boolean
}

/** Records from the microphone. It is let go when the recording ends, and when whoever uses this goes away. */
export function useRecorder() {
  const [state, setState] = useState<RecorderState>('idle')
  const [level, setLevel] = useState(0)
  const [seconds, setSeconds] = useState(0)
  const [error, setError] = useState<unknown>()
  const session = useRef<Session>(undefined)
  /** Whoever uses this has gone; the browser may still be asking whether the microphone may be used. */
  const isGone = useRef(false)
  const close = () => {
    if (session.current) release(session.current)
    session.current = undefined
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it goes away.
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
      close()
    }
  }, [])

  async function start(): Promise<void> {
    setError(undefined)
    setState('starting')
    try {
      const context = new AudioContext()
      const made: Session = { context, stream: undefined, parts: [], count: 0, isTaking: true }
      session.current = made
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } })
      made.stream = stream
      if (isGone.current) {
        release(made)
        return
      }
      await context.audioWorklet.addModule(workletAddress)
      const node = new AudioWorkletNode(context, 'pcm', { numberOfOutputs: 0 })
      let shownAt = 0
      node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
        if (!made.isTaking) return
        made.parts.push(data)
        made.count += data.length
        if (made.count - shownAt < context.sampleRate / 12) return
        shownAt = made.count
        setLevel(levelOf(data))
        setSeconds(made.count / context.sampleRate)
        if (made.count > MOST_SECONDS * context.sampleRate) pause()
      }
      context.createMediaStreamSource(stream).connect(node)
      setState('recording')
    } catch (refused) {
      close()
      setError(refused)
      setState('idle')
    }
  }

  function pause(): void {
    if (session.current) session.current.isTaking = false
    setLevel(0)
    setState('paused')
  }

  function goOn(): void {
    if (session.current) session.current.isTaking = true
    setState('recording')
  }

  /** @returns what was recorded */
  function end(): Blob | undefined {
    const open = session.current
    if (!open) return undefined
    open.isTaking = false
    const recording = wavOf(open.parts, open.context.sampleRate)
    close()
    setLevel(0)
    setState('ended')
    return recording
  }

  return { state, level, seconds, error, start, pause, goOn, end }
}

function release({ stream, context }: Session): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
  if (context.state !== 'closed') void context.close()
}
