import { taskStepRequested } from '@alta/contracts/events/task-step-requested.v1'
import type { StepOutcome, TaskActor } from '@alta/contracts/resources/task'
import { z } from 'zod'
import type { Permission } from '../auth/permissions.ts'
import type { HandlerScope, Subscription } from '../events/handlers.ts'

/**
 * What a step gets besides its parameters: a transaction that sees the actor's tenant and commits together with
 * the note that the step is done, so that each step has its effects once.
 */
export interface StepScope<Schema> extends HandlerScope<Schema> {
  taskId: string
  /** What the step before returned; null in the first one. */
  cursor: z.core.util.JSONType
  /** On whose behalf; whether they may start a task of this type was asked when they did. */
  actor: TaskActor
  /**
   * Set when only what failed is repeated: the items to do in this step, all of them, as they were named in
   * `failures`. Return `next: 'now'` while `more` follow.
   */
  onlyFailed: { items: readonly string[]; more: boolean } | undefined
}

/** A kind of long operation with its types folded away, as a service keeps its own in one list. */
export interface TaskType {
  readonly type: string
  readonly title: string
  readonly permission: Permission
  readonly params: z.ZodType
  /** Seconds until a step that was not answered counts as lost. */
  readonly stepSeconds: number
  step(params: unknown, scope: StepScope<unknown>): Promise<StepOutcome>
}

/**
 * Declares a kind of long operation. `step` does a portion of one or two seconds and says how far the task is and
 * when to go on; waiting is `next: { afterSeconds }`. What it throws rolls its portion back and is tried again,
 * unless it is a PermanentError or a Problem: those end the attempts.
 * @throws {Error} when `params` cannot be written as JSON Schema: callers could not be told what is taken
 */
export function taskType<Params, Schema>(definition: {
  /** Lower-case words joined by hyphens, unique on the platform. */
  type: string
  /** What it does, for people who choose from a list. */
  title: string
  permission: Permission
  params: z.ZodType<Params>
  /** 60 unless told. */
  stepSeconds?: number
  step(params: Params, scope: StepScope<Schema>): Promise<StepOutcome>
}): TaskType {
  paramsSchemaOf(definition)
  return {
    stepSeconds: 60,
    ...definition,
    // `takeSteps` parses the parameters with this type's own schema and opens `tx` on its service's schema.
    step: (params, scope) => definition.step(params as Params, scope as StepScope<Schema>),
  }
}

/** `params` of a type as JSON Schema, as callers write them. */
export const paramsSchemaOf = ({ params }: Pick<TaskType, 'params'>): Record<string, z.core.util.JSONType> =>
  // JSON Schema is JSON.
  z.toJSONSchema(params, { io: 'input' }) as Record<string, z.core.util.JSONType>

/**
 * @throws {Error} when types are listed that no subscription carries out, when their steps would share transactions, or
 *   when one is listed twice
 */
export function refuseUnservedTasks(
  appId: string,
  types: readonly TaskType[],
  subscriptions: readonly Subscription[],
): void {
  const names = types.map(({ type }) => type)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice) throw new Error(`two task types of ${appId} are called ${twice}`)
  if (names.length === 0) return
  const carrier = subscriptions.find(({ topic }) => topic === taskStepRequested.topic)
  // A step takes a second or two: in company each would hold its locks until the last of them is done.
  if (carrier?.alone) return
  const line = `on(taskStepRequested, takeSteps(…), { alone: true }) in services/${appId}/src/subscriptions.ts`
  throw new Error(`nothing carries out ${names.join(', ')} one by one: it wants ${line}`)
}
