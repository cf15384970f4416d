import type { z } from 'zod'
import { badRequest, type FieldFault, type Problem } from '../errors.ts'

const mostFaults = 50

/** Checks the parts of one request and collects the faults of all of them, so that the caller sees them at once. */
export function checkParts() {
  const faults: FieldFault[] = []

  return {
    /** @param part first word of the path of each fault: `body`, `query`, `params`, `headers` */
    read(part: string, schema: z.ZodType | undefined, value: unknown): unknown {
      if (!schema) return part === 'body' ? undefined : {}
      const result = schema.safeParse(value)
      if (result.success) return result.data
      faults.push(...faultsOf(part, result.error))
      return undefined
    },
    /** @throws {Problem} 400 `validation_failed` */
    done(): void {
      if (faults.length > 0) throw validationFailed(faults)
    },
  }
}

export const faultsOf = (part: string, error: z.ZodError): FieldFault[] =>
  error.issues.map(({ path, message }) => ({ path: [part, ...path.map(String)].join('.'), message }))

export function validationFailed(faults: readonly FieldFault[]): Problem {
  const what = faults.length === 1 ? 'One field is' : `${faults.length} fields are`
  return badRequest('validation_failed', `${what} not valid: see errors.`, {
    errors: faults.slice(0, mostFaults),
  })
}
