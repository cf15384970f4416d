import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { type CodesFound, codesOfServices, collect } from './codes-of-services.fixture.ts'
import { refusals } from './french.ts'
import { itemFailures } from './item-failures.ts'

const root = fileURLToPath(new URL('../../../../..', import.meta.url))

/** Codes that nobody reads, by who gets them. */
const unseen: Readonly<Record<string, readonly string[]>> = {
  'who calls a service past its sidecar or the gateway': ['app_token_required', 'edge_proof_required'],
  'nobody: the caller has left': ['client_gone'],
  'the handshake of a live connection, whose answer no page sees': [
    ...['bad_handshake', 'subprotocol_required', 'ticket_required', 'ticket_invalid', 'invalid_position'],
  ],
  'the pages of identity, which say it in words of their own': [
    ...['bad_email', 'bad_password', 'invalid_form', 'foreign_form'],
  ],
  'a program with a key': ['invalid_api_key'],
  'a program that writes requests itself': [
    ...['bad_host', 'unknown_checksum', 'tus_header_missing', 'tus_version_required'],
    ...['tus_extension_not_offered', 'tus_request_invalid'],
  ],
  'the browser, for a file or a part of a recording': ['asset_not_found', 'range_not_satisfiable'],
  'a task, of the service that keeps what was agreed on': ['proposal_not_approved'],
}

/** Files that pass a code on, and which ones the source says nowhere else. */
const passedOn: Readonly<Record<string, readonly string[]>> = {
  'services/analytics/src/rebuild/replays.ts': ['upstream_failed'],
  'services/documents/src/uploads/upload.service.ts': [],
  'services/events/src/monitor/ask-services.ts': ['upstream_failed'],
  // As platform/src/supervisor/scale.ts refuses.
  'services/events/src/monitor/scaler.ts': ['not_scalable', 'too_many_replicas'],
  'services/gateway/src/live/upstream-socket.ts': [],
  'services/gateway/src/session/ask-identity.ts': [],
  'services/ocr/src/pages/pdf-source.ts': [],
}

/** The console itself says so. */
const own = ['unexpected_answer']

let found: CodesFound
let codes: ReadonlySet<string>
beforeAll(async () => {
  found = await codesOfServices(root)
  codes = new Set([...found.refusals, ...Object.values(passedOn).flat()])
})

const machines = Object.values(unseen).flat()

it('says every refusal that a person can see in French', () => {
  expect(codes.size).toBeGreaterThan(150)
  const missing = [...codes].filter((code) => !Object.hasOwn(refusals, code) && !machines.includes(code))
  expect(missing, 'write them in French beside this test, or say in it why nobody reads them').toEqual([])
})

it('says every failure of an item in French', () => {
  expect(new Set(Object.keys(itemFailures))).toEqual(found.failures)
})

it('has no words for what nobody answers or reads', () => {
  const said = Object.keys(refusals)
  expect(said.filter((code) => !codes.has(code) && !own.includes(code))).toEqual([])
  expect(machines.filter((code) => !codes.has(code) || said.includes(code))).toEqual([])
})

it('knows every place where a code is not written down', () => {
  const fileOf = (place: string) => place.split(':')[0] ?? ''
  const places = found.indirect.filter((place) => !passedOn[fileOf(place)])
  expect(places, 'write the code as a literal, in a table called codes, or say here what can come').toEqual(
    [],
  )
  expect(new Set(Object.keys(passedOn))).toEqual(new Set(found.indirect.map(fileOf)))
})

it('finds codes however a service writes them', () => {
  const source = `
    import { conflict, gone as over, Problem } from '@alta/kit/errors'
    const codes = { 403: 'not_yours' }
    const lost = (isOld: boolean) => over(isOld ? 'too_old' : 'too_new', 'Gone.')
    const refuse = (code: string) => { throw conflict(code, 'No.') }
    const other = { conflict: 1, make: conflict }
    throw new Problem({ status: 400, code: codes[403] ?? 'odd', detail: 'x' })
    throw new RecognitionFailure('torn_page', 'x')`
  const here = { refusals: new Set<string>(), failures: new Set<string>(), indirect: [] as string[] }
  collect('services/a/src/b.ts', source, here)
  expect([...here.refusals].sort()).toEqual(['not_yours', 'odd', 'too_new', 'too_old'])
  expect([...here.failures]).toEqual(['torn_page'])
  expect(here.indirect).toEqual([
    "services/a/src/b.ts:5: conflict(code, 'No.') }",
    'services/a/src/b.ts:6: conflict }',
  ])
})
