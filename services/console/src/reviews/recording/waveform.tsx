import { useQuery } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef } from 'react'
import { answer, api } from '../../api/api.ts'
import styles from './voice-desk.module.css'

/** What the recording looks like, where one is in it, and what is repeated. A click plays from there. */
export function Waveform({
  id,
  version,
  duration,
  loop,
  position,
  onSeek,
}: {
  id: string
  version: number
  duration: number
  loop: { start: number; end: number } | undefined
  /** Its `current` draws where one is, in seconds. */
  position: RefObject<((seconds: number) => void) | null>
  onSeek: (seconds: number) => void
}) {
  const { data } = useQuery({
    queryKey: ['waveforms', id, version],
    queryFn: () =>
      answer(
        api.GET('/api/v1/voice-samples/{id}/waveform', { params: { path: { id }, query: { version } } }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const canvas = useRef<HTMLCanvasElement>(null)
  const line = useRef<HTMLDivElement>(null)
  useEffect(() => {
    position.current = (seconds) => {
      if (line.current) line.current.style.left = `${(100 * seconds) / duration}%`
    }
  }, [position, duration])
  useEffect(() => {
    const element = canvas.current
    if (!element || !data) return
    const observer = new ResizeObserver(() => draw(element, data.peaks))
    observer.observe(element)
    const scheme = window.matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => draw(element, data.peaks)
    scheme.addEventListener('change', redraw)
    return () => {
      observer.disconnect()
      scheme.removeEventListener('change', redraw)
    }
  }, [data])
  return (
    <div
      className={styles.wave}
      aria-hidden="true"
      onClick={({ currentTarget, clientX }) => {
        const { left, width } = currentTarget.getBoundingClientRect()
        onSeek((duration * (clientX - left)) / width)
      }}
    >
      {loop && (
        <div
          className={styles.loop}
          style={{
            left: `${(100 * loop.start) / duration}%`,
            width: `${(100 * (loop.end - loop.start)) / duration}%`,
          }}
        />
      )}
      <canvas ref={canvas} className={styles.canvas} />
      <div ref={line} className={styles.position} />
    </div>
  )
}

/** @param peaks lowest and highest sample of each stretch, from -128 to 127 */
function draw(canvas: HTMLCanvasElement, peaks: readonly number[]): void {
  const { clientWidth: width, clientHeight: height } = canvas
  const dots = window.devicePixelRatio
  canvas.width = width * dots
  canvas.height = height * dots
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(dots, dots)
  context.fillStyle = getComputedStyle(canvas).color
  const pairs = peaks.length / 2
  // A quiet recording is drawn as high as a loud one: what matters is where somebody speaks.
  const loudest = peaks.reduce((most, peak) => Math.max(most, Math.abs(peak)), 1)
  for (let x = 0; x < width; x++) {
    let [low, high] = [0, 0]
    const end = Math.max(Math.floor(((x + 1) * pairs) / width), Math.floor((x * pairs) / width) + 1)
    for (let pair = Math.floor((x * pairs) / width); pair < end; pair++) {
      low = Math.min(low, peaks[2 * pair] ?? 0)
      high = Math.max(high, peaks[2 * pair + 1] ?? 0)
    }
    const middle = height / 2
    const top = middle - (middle * high) / loudest
    const bottom = middle - (middle * low) / loudest
    context.fillRect(x, top, 1, Math.max(1, bottom - top))
  }
}
