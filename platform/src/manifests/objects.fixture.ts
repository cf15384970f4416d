import type { Manifest } from './objects.ts'

// biome-ignore lint/suspicious/noExplicitAny: every kind has its own form, and a test names the field that it expects
export type Loose = Manifest & { spec?: any }

export const named = (objects: readonly Manifest[], kind: string, name: string): Loose | undefined =>
  objects.find((one) => one.kind === kind && one.metadata.name === name)

export const ofKind = (objects: readonly Manifest[], kind: string): Loose[] =>
  objects.filter((one) => one.kind === kind)

/** Every value under this key, at any depth. */
export function valuesAt(node: unknown, key: string): unknown[] {
  if (Array.isArray(node)) return node.flatMap((one) => valuesAt(one, key))
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesAt(value, key),
  ])
}
