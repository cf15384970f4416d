/** JSON as google.protobuf.Struct and back, for which the loader of protos has no code. */

interface Value {
  nullValue?: unknown
  numberValue?: number
  stringValue?: string
  boolValue?: boolean
  structValue?: Struct
  listValue?: { values?: Value[] }
}

interface Struct {
  fields?: Record<string, Value>
}

export const toStruct = (object: object): Struct => ({
  fields: Object.fromEntries(Object.entries(object).map(([name, value]) => [name, toValue(value)])),
})

export const fromStruct = ({ fields = {} }: Struct): Record<string, unknown> =>
  // Without a prototype, `__proto__` is a name like any other.
  Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fromValue(value)])),
  )

function toValue(value: unknown): Value {
  if (typeof value === 'number') return { numberValue: value }
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } }
  if (typeof value === 'object' && value !== null) return { structValue: toStruct(value) }
  return { nullValue: 0 }
}

function fromValue(value: Value): unknown {
  if (value.structValue) return fromStruct(value.structValue)
  if (value.listValue) return (value.listValue.values ?? []).map(fromValue)
  return value.numberValue ?? value.stringValue ?? value.boolValue ?? null
}
