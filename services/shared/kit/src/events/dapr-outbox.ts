/**
 * Dapr's outbox sends the JSON that a transaction wrote as text; everybody else sends `data` as it is. The one place
 * where the two become the same, before an event is checked, stored or handled.
 */
export function fromDaprOutbox(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('id' in body) || !('data' in body)) return body
  if (typeof body.data !== 'string' || !String(body.id).startsWith('outbox-')) return body
  try {
    return { ...body, data: JSON.parse(body.data) }
  } catch {
    // Not JSON: refused by the contract like any other data of the wrong form.
    return body
  }
}
