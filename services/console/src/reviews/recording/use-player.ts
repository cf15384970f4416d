import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { otherSpeed } from './segments.ts'

export interface Player {
  /** Goes on an `<audio>`. */
  readonly audio: RefObject<HTMLAudioElement | null>
  readonly isPlaying: boolean
  readonly speed: number
  /** Repeated until it is taken away. */
  readonly loop: { start: number; end: number } | undefined
  toggle(): void
  /** @param seconds from which on */
  playFrom(seconds: number): void
  seek(seconds: number): void
  changeSpeed(step: 1 | -1): void
  setLoop(part: { start: number; end: number } | undefined): void
}

/** @param onTime told with each picture of the screen while it plays, and after each jump */
export function usePlayer(onTime: (seconds: number) => void): Player {
  const audio = useRef<HTMLAudioElement>(null)
  const [isPlaying, setPlaying] = useState(false)
  const [speed, setSpeed] = useState(1)
  const [loop, setLoop] = useState<{ start: number; end: number }>()
  const told = useRef(onTime)
  told.current = onTime
  const part = useRef(loop)
  part.current = loop

  useEffect(() => {
    const element = audio.current
    if (!element) return
    let frame = 0
    const tell = () => told.current(element.currentTime)
    const tick = () => {
      const repeated = part.current
      if (repeated && element.currentTime >= repeated.end) element.currentTime = repeated.start
      tell()
      frame = requestAnimationFrame(tick)
    }
    const begin = () => {
      setPlaying(true)
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(tick)
    }
    const end = () => {
      setPlaying(false)
      cancelAnimationFrame(frame)
      tell()
    }
    element.addEventListener('play', begin)
    element.addEventListener('pause', end)
    element.addEventListener('ended', end)
    element.addEventListener('seeked', tell)
    return () => {
      cancelAnimationFrame(frame)
      element.removeEventListener('play', begin)
      element.removeEventListener('pause', end)
      element.removeEventListener('ended', end)
      element.removeEventListener('seeked', tell)
      element.pause()
    }
  }, [])

  // A browser that refuses to play says so in its own controls; there is nothing more to do.
  const play = useCallback(() => void audio.current?.play().catch(() => undefined), [])
  const seek = useCallback((seconds: number) => {
    if (audio.current) audio.current.currentTime = Math.max(0, seconds)
  }, [])
  return {
    audio,
    isPlaying,
    speed,
    loop,
    toggle: useCallback(() => {
      if (audio.current?.paused) play()
      else audio.current?.pause()
    }, [play]),
    playFrom: useCallback(
      (seconds: number) => {
        seek(seconds)
        play()
      },
      [seek, play],
    ),
    seek,
    changeSpeed: useCallback(
      (step) => {
        const next = otherSpeed(speed, step)
        if (audio.current) audio.current.playbackRate = next
        setSpeed(next)
      },
      [speed],
    ),
    setLoop,
  }
}
