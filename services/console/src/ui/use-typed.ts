import { useEffect, useRef, useState } from 'react'

/** Milliseconds without a key. */
const REST_MS = 300

/**
 * What stands in a field whose value the address holds: an address follows keys too slowly, and of what is typed fast
 * the letters in between would be lost. It is told once there is a rest.
 * @param value in the address
 * @returns what the field shows, and what takes a key
 */
export function useTyped(
  value: string,
  onRest: (value: string) => void,
): readonly [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value)
  const newest = useRef(onRest)
  newest.current = onRest
  // What was told comes back as the address, when more may have been typed already.
  const told = useRef(value)
  useEffect(() => {
    if (value !== told.current) setTyped(value)
    told.current = value
  }, [value])
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => {
      told.current = typed.trim()
      newest.current(told.current)
    }, REST_MS)
    return () => clearTimeout(timer)
  }, [typed, value])
  return [typed, setTyped]
}
