import type { Problem } from '../../api/problem.ts'

/** The parts of a refusal that its words may tell; `message` is the API's own sentence. */
export type Refusal = Pick<Problem, 'code' | 'message' | 'more' | 'errors'>

/**
 * What each code says. A function where members of the problem are told; such a member may be missing, for a service
 * of another release answers, and then the sentence does without it.
 */
export type RefusalWords = Readonly<Record<string, string | ((refusal: Refusal) => string)>>

export const textIn = ({ more }: Refusal, member: string): string | undefined => {
  const value = more[member]
  return typeof value === 'string' && value !== '' ? value : undefined
}

export const numberIn = ({ more }: Refusal, member: string): number | undefined => {
  const value = more[member]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** "a, b, c"; undefined when there are none. */
export const listIn = ({ more }: Refusal, member: string): string | undefined => {
  const value = more[member]
  return Array.isArray(value) && value.length > 0 ? value.map(String).join(', ') : undefined
}

/** French takes the singular for zero and for one, and a space between thousands. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${new Intl.NumberFormat('fr').format(count)} ${Math.abs(count) < 2 ? one : several}`
