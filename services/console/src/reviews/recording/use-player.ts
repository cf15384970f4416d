import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { renewSession } from '../../api/send.ts'
import { otherSpeed } from './segments.ts'

export interface Player {
  /** Goes on an `<audio>`. */
  readonly audio: RefObject<HTMLAudioElement | null>
  readonly isPlaying: boolean
  /** It cannot be fetched, or is nothing that this browser plays. */
  readonly isBroken: boolean
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
  const [isBroken, setBroken] = useState(false)
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
    let hasRenewed = false
    const fail = async () => {
      // The browser fetches sound by itself: that the session has run out is the usual reason.
      const goesOn = !hasRenewed && (await renewSession().catch(() => false))
      hasRenewed = true
      if (goesOn) element.load()
      else setBroken(true)
    }
    const load = () => {
      hasRenewed = false
      setBroken(false)
    }
    element.addEventListener('error', fail)
    element.addEventListener('loadeddata', load)
    element.addEventListener('play', begin)
    element.addEventListener('pause', end)
    element.addEventListener('ended', end)
    element.addEventListener('seeked', tell)
    return () => {
      cancelAnimationFrame(frame)
      element.removeEventListener('error', fail)
      element.removeEventListener('loadeddata', load)
      element.removeEventListener('play', begin)
      element.removeEventListener('pause', end)
      element.removeEventListener('ended', end)
      element.removeEventListener('seeked', tell)
      element.pause()
    }
  }, [])

  // What cannot be played has told so by its own event; a press that came too early is pressed again.
  const play = useCallback(() => void audio.current?.play().catch(() => undefined), [])
  const seek = useCallback((seconds: number) => {
    if (audio.current) audio.current.currentTime = Math.max(0, seconds)
  }, [])
  return {
    audio,
    isPlaying,
    isBroken,
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
