import { StepFailed } from '../../console/steps.ts'
import { eachAtOnce } from '../../system/each-at-once.ts'
import { run } from '../../system/run.ts'
import { titleOf } from '../objects.ts'
import type { Document } from './documents.ts'

/** How kubectl reaches the API server that judges. */
export interface Judge {
  readonly kubectl: string
  readonly kubeconfig: string
  /** Folder for what kubectl remembers of the kinds that there are. */
  readonly cache: string
}

const strictly = [
  ...['--server-side', '--dry-run=server', '--validate=strict', '--warnings-as-errors'],
  // Nothing is there that somebody else could own a part of.
  '--force-conflicts',
]

/**
 * What the API server says against documents, as `production/ocr: Deployment ocr: …`; nothing when it takes them all
 * without a word of warning. None of them is stored.
 */
export async function refusals(judge: Judge, documents: readonly Document[]): Promise<string[]> {
  const said = await eachAtOnce(questions(documents), (question) => refusalsOf(judge, question))
  return said.flat()
}

/** All that it says against them, without the documents that it is about: quicker where each is to be refused. */
export async function complaints(judge: Judge, documents: readonly Document[]): Promise<string> {
  const said = await eachAtOnce(questions(documents), (question) => ask(judge, question))
  return said.join('\n')
}

const atOnce = 60

/** What several environments and releases have alike is asked once; what goes to one namespace, together. */
function questions(documents: readonly Document[]): Document[][] {
  const different = [...new Map(documents.map((one) => [`${one.namespace}\n${one.text}`, one])).values()]
  const groups = [...Map.groupBy(different, ({ namespace }) => namespace).values()]
  return groups.flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / atOnce) }, (_, part) =>
      group.slice(part * atOnce, (part + 1) * atOnce),
    ),
  )
}

/** kubectl does not say which of many objects a warning was for: halves are asked until it can be only one. */
async function refusalsOf(judge: Judge, documents: readonly Document[]): Promise<string[]> {
  const answer = await ask(judge, documents)
  const [first, ...others] = documents
  if (answer === undefined || !first) return []
  if (others.length === 0) return [`${first.title}: ${titleOf(first.object)}: ${answer}`]
  const half = Math.ceil(documents.length / 2)
  return [
    ...(await refusalsOf(judge, documents.slice(0, half))),
    ...(await refusalsOf(judge, documents.slice(half))),
  ]
}

/** What is wrong with them, if anything is; they go to the same namespace. */
async function ask(judge: Judge, documents: readonly Document[]): Promise<string | undefined> {
  const { code, stderr } = await kubectl(judge, ['apply', ...strictly, '-f', '-'], {
    namespace: documents[0]?.namespace,
    input: documents.map(({ text }) => text).join('\n---\n'),
  })
  return code === 0 ? undefined : stderr.trim()
}

/**
 * Runs kubectl against the judge.
 * @param namespace for objects that name none; others keep theirs
 */
export function kubectl(
  { kubectl: program, kubeconfig, cache }: Judge,
  args: readonly string[],
  { namespace, input }: { namespace?: string | undefined; input?: string } = {},
) {
  const context = namespace ? ['--context', namespace] : []
  return run(program, ['--kubeconfig', kubeconfig, '--cache-dir', cache, ...context, ...args], {
    ...(input === undefined ? {} : { input }),
    timeout: 180_000,
  })
}

/** @throws {StepFailed} with kubectl's words */
export async function expectDone(judge: Judge, args: readonly string[], input?: string): Promise<void> {
  const { code, stderr } = await kubectl(judge, args, input === undefined ? {} : { input })
  if (code !== 0) throw new StepFailed(`kubectl ${args[0]}: ${stderr.trim()}`, 'run it again')
}
