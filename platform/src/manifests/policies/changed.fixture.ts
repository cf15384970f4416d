import type { Manifest } from '../objects.ts'
import type { Scene } from './scene.ts'

/** The scene with one field of one object set to something else; `undefined` takes the field away. */
export function changed(
  scene: Scene,
  kind: string,
  name: string,
  path: readonly (string | number)[],
  value: unknown,
): Scene {
  let found = false
  const change = (object: Manifest): Manifest => {
    if (object.kind !== kind || object.metadata.name !== name) return object
    found = true
    const copy: Manifest = structuredClone(object)
    setIn(copy, path, value)
    return copy
  }
  const all = scene.all.map((placed) => ({ ...placed, object: change(placed.object) }))
  const beside = scene.beside.map(change)
  if (!found) throw new Error(`there is no ${kind} ${name} in ${scene.environment}`)
  return { ...scene, all, beside }
}

/** The scene without one object. */
export const without = (scene: Scene, kind: string, name: string): Scene => ({
  ...scene,
  all: scene.all.filter(({ object }) => object.kind !== kind || object.metadata.name !== name),
})

export function setIn(target: unknown, [first, ...rest]: readonly (string | number)[], value: unknown): void {
  if (typeof target !== 'object' || target === null || first === undefined)
    throw new Error('the path leads nowhere')
  // Every object has string keys; a list's are its numbers.
  const holder = target as Record<string | number, unknown>
  if (rest.length > 0) setIn(holder[first], rest, value)
  else if (value === undefined) delete holder[first]
  else holder[first] = value
}
