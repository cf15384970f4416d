import { glob, readFile } from 'node:fs/promises'
import * as errors from '@alta/kit/errors'
import { parseSync } from 'vite'

/** What the source of all services can answer with. */
export interface CodesFound {
  /** Codes of refusals. */
  readonly refusals: ReadonlySet<string>
  /** Codes with which the reading of an item fails. */
  readonly failures: ReadonlySet<string>
  /** Where a code is no literal, as "file:line: source". */
  readonly indirect: readonly string[]
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [member: string]: unknown
}

/** Functions of the kit whose first argument is the code; found by trying, so that a new one is not forgotten. */
const makers = new Set(
  Object.entries(errors)
    .filter(([name, make]) => name !== 'Problem' && codeMadeBy(make) === 'probe')
    .map(([name]) => name),
)

function codeMadeBy(make: unknown): unknown {
  // All that the module exports besides the class are functions of a text, a text or number, and perhaps more.
  const problem = (make as (first: string, second: never) => { code?: unknown })('probe', [] as never)
  return problem.code
}

const HOME = 'services/shared/kit/src/errors.ts'
const FAILURE_WORDS = 'services/documents/src/intake/failure.ts'
const other: ReadonlySet<string> = new Set([HOME, FAILURE_WORDS])

/** @param root of the repository */
export async function codesOfServices(root: string): Promise<CodesFound> {
  const found = { refusals: new Set<string>(), failures: new Set<string>(), indirect: [] as string[] }
  for await (const file of glob('services/{*,shared/*}/src/**/*.ts', { cwd: root })) {
    if (/^services\/console\/|\.(test|fixture)\.ts$|\/testing\/|\.d\.ts$/.test(file)) continue
    const text = await readFile(`${root}/${file}`, 'utf8')
    if (/\/errors|RecognitionFailure|new Problem|\bcodes\b/.test(text) || other.has(file))
      collect(file, text, found)
  }
  return found
}

/** Adds what one file can answer with. @param file its path from the root */
export function collect(
  file: string,
  text: string,
  found: { refusals: Set<string>; failures: Set<string>; indirect: string[] },
): void {
  const { program, errors: faults } = parseSync(file, text)
  if (faults.length > 0) throw new Error(`${file}: ${faults[0]?.message}`)
  // The tree is plain objects, of more kinds than this has to know.
  const body = program.body as unknown as Node[]
  const locals = makersIn(body)
  visit(body)

  function visit(value: unknown): void {
    if (Array.isArray(value)) for (const each of value) visit(each)
    if (!isNode(value) || value.type === 'ImportDeclaration') return
    look(value)
    const isCallOfMaker = value.type === 'CallExpression' && locals.has(nameOf(value.callee))
    for (const [member, inner] of Object.entries(value))
      if (!isName(value, member) && !(isCallOfMaker && member === 'callee')) visit(inner)
  }

  function look(node: Node): void {
    const { type, callee, arguments: given } = node
    const [first] = Array.isArray(given) ? given : []
    if (type === 'CallExpression' && locals.has(nameOf(callee))) take(node, first, found.refusals)
    // Handed on under another name, it could be called anywhere.
    if (type === 'Identifier' && locals.has(nameOf(node))) report(node)
    if (type === 'NewExpression' && nameOf(callee) === 'RecognitionFailure') take(node, first, found.failures)
    if (type === 'NewExpression' && nameOf(callee) === 'Problem') {
      const code = codeIn(first)
      // The makers themselves: codes come from where they are called.
      if (file !== HOME || literals(code)) take(node, code, found.refusals)
    }
    if (isTable(node))
      for (const { value } of propertiesOf(node.init ?? node.value))
        for (const code of literals(value) ?? []) found.refusals.add(code)
    if (file === FAILURE_WORDS && type === 'VariableDeclarator' && nameOf(node.id) === 'words')
      for (const { key } of propertiesOf(node.init)) found.failures.add(nameOf(key))
  }

  function take(at: Node, code: unknown, into: Set<string>): void {
    const codes = literals(code)
    if (!codes) report(at)
    for (const each of codes ?? []) into.add(each)
  }

  function report({ start }: Node): void {
    const line = text.slice(0, start).split('\n').length
    found.indirect.push(`${file}:${line}: ${text.slice(start, start + 60).split('\n')[0]}`)
  }
}

/** The names under which a file has the makers, and that of the module, through which any could be called. */
function makersIn(body: readonly Node[]): Set<string> {
  const names = new Set<string>()
  for (const { type, source, specifiers } of body) {
    if (type !== 'ImportDeclaration' || !isNode(source) || !Array.isArray(specifiers)) continue
    if (!/(^@alta\/kit|\/)\/?errors(\.ts)?$/.test(String(source.value))) continue
    for (const { type: kind, imported, local } of specifiers)
      if (kind === 'ImportNamespaceSpecifier' || makers.has(nameOf(imported))) names.add(nameOf(local))
  }
  return names
}

/** Of `'a'`, `x ? 'a' : 'b'` and `codes[x] ?? 'a'`, the codes of such a table being found there; else undefined. */
function literals(value: unknown): string[] | undefined {
  if (!isNode(value)) return undefined
  if (value.type === 'Literal' && typeof value.value === 'string') return [value.value]
  if (value.type === 'MemberExpression') {
    const { object } = value
    const table = isNode(object) && object.type === 'MemberExpression' ? object.property : object
    return nameOf(table) === 'codes' ? [] : undefined
  }
  const branches =
    value.type === 'ConditionalExpression' ? [value.consequent, value.alternate] : [value.left, value.right]
  if (!/^(Conditional|Logical)Expression$/.test(value.type)) return undefined
  const found = branches.map(literals)
  return found.every((each) => each !== undefined) ? found.flat() : undefined
}

/** `const codes = { … }` or `codes: { … }` */
const isTable = ({ type, id, key }: Node): boolean =>
  (type === 'VariableDeclarator' && nameOf(id) === 'codes') ||
  (type === 'Property' && nameOf(key) === 'codes')

const propertiesOf = (value: unknown): readonly Node[] =>
  isNode(value) && value.type === 'ObjectExpression' && Array.isArray(value.properties)
    ? value.properties
    : []

const codeIn = (value: unknown): unknown =>
  propertiesOf(value).find(({ key }) => nameOf(key) === 'code')?.value

/** `gone` of `{ gone: … }` and `of.gone` is a name of theirs. */
const isName = ({ type, computed, shorthand }: Node, member: string): boolean =>
  !computed &&
  !shorthand &&
  ((type === 'Property' && member === 'key') || (type === 'MemberExpression' && member === 'property'))

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const nameOf = (value: unknown): string =>
  isNode(value) && value.type === 'Identifier' ? String(value.name) : ''
