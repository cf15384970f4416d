import { readFile } from 'node:fs/promises'
import { expect, it, test } from 'vitest'
import { Problem } from '../../api/problem.ts'
import { typeset } from '../text.ts'
import { french, refusals } from './french.ts'
import { itemFailures } from './item-failures.ts'
import { asTheyCome } from './refusals.ts'

const problem = (code: string, more: Readonly<Record<string, unknown>> = {}) =>
  new Problem({ status: 409, code, detail: 'As it comes.', more })

/** Every member that some sentence tells. */
const members = {
  ...{ limit: 2_000_000, most: 20, claims: 1, matching: 1200, differing: 3, smallestPart: 5_242_880 },
  ...{ maxAge: 300, current: 'mot', upstream: 'events', trashed: true, supported: ['a', 'b'], known: ['c'] },
}

test.each(Object.keys(refusals))('%s is a sentence, with the members of the problem and without', (code) => {
  for (const more of [{}, members]) {
    const said = french.ofProblem(problem(code, more))
    expect(said).toMatch(/^\p{Lu}.*\.$/u)
    expect(said).not.toMatch(/undefined|NaN|null|'| [:;?!»]|« |\bAPI\b/)
  }
})

test.each(Object.keys(itemFailures))('the failure %s says what it means and what to do', (code) => {
  const { message, action } = french.ofItem({ code, message: 'As it comes.', action: 'Wait.' })
  for (const said of [message, action]) expect(said).toMatch(/^\p{Lu}[^']*\.$/u)
})

it('tells the numbers of a problem as French writes them', () => {
  const said = (code: string, more: object) =>
    french.ofProblem(problem(code, { ...more })).replaceAll(/\s/g, ' ')
  expect(said('too_many_claims', { claims: 1 })).toContain('Vous avez 1 pièce en cours.')
  expect(said('text_too_long', { most: 12_000 })).toContain('12 000 caractères au plus')
  expect(said('payload_too_large', { limit: 2_000_000 })).toContain('2 Mo')
  expect(said('unknown_consumer', { supported: ['analytics', 'events'] })).toContain('analytics, events.')
  expect(said('filter_matches_everything', { matching: 2 })).toContain('2 lettres mortes')
})

it('leaves what it does not know as it comes', () => {
  expect(french.ofProblem(problem('never_heard_of'))).toBe('As it comes.')
  expect(french.ofProblem(problem('constructor'))).toBe('As it comes.')
  expect(french.ofFault('Is odd')).toBe('Is odd')
  const failure = { code: 'never_heard_of', message: 'As it comes.', action: 'Wait.' }
  expect(french.ofItem(failure)).toEqual(failure)
  expect(asTheyCome.ofProblem(problem('forbidden'))).toBe('As it comes.')
})

it('breaks no line before the marks that French sets apart', () => {
  expect(typeset('Ce mot : « oui » ?')).toBe('Ce mot\u00a0: «\u00a0oui\u00a0»\u00a0?')
})

const services = new URL('../../../../', import.meta.url)

it('knows every sentence in which the gateway tells what is wrong with a field', async () => {
  const file = new URL('gateway/src/validation/fault-messages.ts', services)
  const { faultsOf } = await import(file.href)
  const keywords = [...(await readFile(file, 'utf8')).matchAll(/^ {2}(\w+): \(/gm)].map(
    ([, keyword]) => keyword,
  )
  expect(keywords).toContain('maxLength')
  const params = { type: 'string', allowedValues: ['a', 'b'], allowedValue: 1 }
  const others = { missingProperty: 'name', additionalProperty: 'nam' }
  for (const [format, limit] of [
    [undefined, 1],
    ['uuid', 3],
  ])
    for (const keyword of [...keywords, 'oneOf']) {
      const given = { ...params, ...others, limit }
      const error = { keyword, instancePath: '', params: given, parentSchema: { format } }
      const [{ message }] = faultsOf('body', [error])
      expect(french.ofFault(message), message).not.toBe(message)
    }
})

it('knows what identity says to names, addresses and passwords that nothing before it refuses', async () => {
  const users = await import(new URL('identity/src/users/user.schema.ts', services).href)
  const passwords = await import(new URL('identity/src/passwords/password.schema.ts', services).href)
  const refused = [
    [users.personName, ' ', 'a\u0007', 'www.example.com'],
    [users.normalisedEmail, '＠', 'ada'],
    [users.locale, 'french'],
    [passwords.newPassword, 'password', 'short', 'é'.repeat(600), '\ud800'.repeat(10)],
  ]
  for (const [schema, ...values] of refused)
    for (const value of values)
      for (const { message } of schema.safeParse(value).error.issues)
        expect(french.ofFault(message), message).not.toBe(message)
})
