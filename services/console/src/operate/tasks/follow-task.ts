import { useEffect, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { renewSession } from '../../api/send.ts'
import { isOver, type Task } from './task.ts'

const LONGEST_PAUSE = 15_000

/**
 * Follows a task by its server-sent events for as long as it runs, and keeps what is known of it current.
 * @returns whether it is followed now; while it is not, ask from time to time
 */
export function useFollowedTask(task: Task | undefined): boolean {
  const [isLive, setLive] = useState(false)
  const id = task?.id
  const follows = task !== undefined && !isOver(task)
  useEffect(() => {
    if (id === undefined || !follows) return
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let isGone = false

    const open = () => {
      source = new EventSource(`/api/v1/tasks/${id}/events`)
      source.onopen = () => {
        failures = 0
        setLive(true)
      }
      const take = (event: MessageEvent<string>) => {
        const told: unknown = JSON.parse(event.data)
        if (isTask(told)) queries.setQueryData(['tasks', 'one', id], told)
        for (const part of ['one', 'result', 'log', 'failures']) {
          if (part === 'one' && isTask(told)) continue
          void queries.invalidateQueries({ queryKey: ['tasks', part, id] })
        }
      }
      source.addEventListener('progress', take)
      source.addEventListener('changed', take)
      source.addEventListener('end', (event) => {
        source?.close()
        take(event)
      })
      source.onerror = () => {
        setLive(false)
        // The browser comes back by itself after a loss, and not after a refusal.
        if (source?.readyState !== EventSource.CLOSED || isGone) return
        failures++
        timer = setTimeout(comeBack, Math.min(LONGEST_PAUSE, 1_000 * 2 ** failures))
      }
    }
    const comeBack = async () => {
      // A token that is over is the usual reason; of any other the next attempt tells.
      await renewSession().catch(() => false)
      if (!isGone) open()
    }
    open()
    return () => {
      isGone = true
      clearTimeout(timer)
      source?.close()
      setLive(false)
    }
  }, [id, follows])
  return isLive
}

/** `changed` tells a transition alone, the others the whole task. */
const isTask = (told: unknown): told is Task =>
  typeof told === 'object' && told !== null && 'progress' in told && 'requestedAt' in told
