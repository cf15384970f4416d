import { z } from 'zod'

const operation = z.looseObject({
  /** Empty: anyone may call it. */
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  responses: z
    .record(z.string(), z.looseObject({ headers: z.record(z.string(), z.unknown()).optional() }))
    .optional(),
})

export type Operation = z.infer<typeof operation>

/** The parts of OpenAPI 3.1 that the gateway reads; the rest passes through as it is. */
export const openApiDocument = z.looseObject({
  openapi: z.string().startsWith('3.1'),
  paths: z.record(z.string().startsWith('/'), z.record(z.string(), operation)).default({}),
  components: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  tags: z.array(z.looseObject({ name: z.string() })).default([]),
})

export type OpenApiDocument = z.infer<typeof openApiDocument>
