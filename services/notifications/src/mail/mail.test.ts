import { accountMailTemplate, emailTemplate } from '@alta/contracts/resources/email'
import { describe, expect, it } from 'vitest'
import { renderMail } from './mail.ts'

const templates = [...emailTemplate.options, ...accountMailTemplate.options]
const parameters = {
  token: 'abc-DEF_123',
  newEmail: 'new@example.org',
  invitedBy: 'Grace',
  tenant: 'Archives of Nice',
  title: 'A letter',
  kind: 'voice',
  itemId: '7',
  reason: 'wrong page',
  code: 'no_speech',
  detail: 'The recording holds no speech.',
}

describe('every template', () => {
  it.each(templates)('%s speaks English and French, as text and as HTML', (template) => {
    const english = renderMail(template, { name: 'Ada', locale: 'en-GB' }, parameters, 'http://alta.test')
    const french = renderMail(template, { name: 'Ada', locale: 'fr-FR' }, parameters, 'http://alta.test')
    expect(english.text).toMatch(/^Hello Ada,\n/)
    expect(french.text).toMatch(/^Bonjour Ada,\n/)
    expect(french.subject).not.toBe(english.subject)
    for (const { subject, text, html } of [english, french]) {
      expect(subject).not.toContain('undefined')
      expect(text).not.toContain('undefined')
      expect(text).toContain('http://alta.test/')
      expect(html).toContain('<p>')
    }
  })
})

describe('values from strangers', () => {
  const hostile = {
    ...parameters,
    title: 'Invoice\r\nBcc: everybody@example.org\u2028\u202e<script>alert(1)</script>',
  }

  it('add no header and no line to the subject', () => {
    const { subject } = renderMail('item-approved', { name: 'Ada', locale: 'en' }, hostile)
    expect(subject).toBe('Approved: Invoice Bcc: everybody@example.org <script>alert(1)</script>')
  })

  it('add no markup', () => {
    const { html } = renderMail(
      'item-approved',
      { name: '<img src=x>', locale: 'en' },
      hostile,
      'http://alta.test',
    )
    expect(html).not.toContain('<script')
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;script&gt;')
  })

  it('are cut when they are long', () => {
    const { subject } = renderMail('item-failed', { name: 'Ada', locale: 'en' }, { title: 'x'.repeat(5000) })
    expect([...subject]).toHaveLength(150)
  })
})

it.each(['welcome', 'reset-password', 'verify-email', 'confirm-new-email', 'invitation'] as const)(
  '%s carries its token behind the # of the configured address, and once more for those without a browser',
  (template) => {
    const { text, html } = renderMail(template, { name: 'Ada', locale: 'en' }, parameters, 'http://alta.test')
    const link = /http:\/\/alta\.test\/[a-z-]+#token=abc-DEF_123/
    expect(text).toMatch(link)
    expect(html).toMatch(link)
    expect(text).toContain('the token: abc-DEF_123')
  },
)

it('says of API keys which have ended with a password and which go on', () => {
  const say = (given: Record<string, string>, locale = 'en') =>
    renderMail('password-changed', { name: 'Ada', locale }, given, 'http://alta.test').text
  expect(say({ keysEnded: '2', keysLeft: '0' })).toContain('have ended with it: 2.')
  expect(say({ keysLeft: '3' })).toContain('that go on, and that you can end in it: 3.')
  expect(say({ keysLeft: '3' }, 'fr')).toContain('restent valables')
  expect(say({ keysEnded: '0', keysLeft: '0' })).not.toContain('API')
})

it('says when, from where and by what somebody has signed in, and leads to a new password', () => {
  const given = {
    change: 'new-device',
    at: '2026-11-30T10:11:12.345Z',
    address: '203.0.113.9',
    userAgent: 'Firefox\r\nBcc: everybody@example.org',
  }
  const { text } = renderMail('account-changed', { name: 'Ada', locale: 'en' }, given, 'http://alta.test')
  expect(text).toContain('2026-11-30 10:11:12 UTC')
  expect(text).toContain('203.0.113.9')
  expect(text).toContain('Firefox Bcc: everybody@example.org')
  expect(text).toContain('http://alta.test/forgotten-password')
  const french = renderMail('account-changed', { name: 'Ada', locale: 'fr' }, given, 'http://alta.test')
  expect(french.subject).toContain('nouveau lieu')
  expect(french.text).toContain('203.0.113.9')
})

it('leaves the link out where nobody knows where people open Alta', () => {
  const { text, html } = renderMail('welcome', { name: 'Ada', locale: 'en' }, {})
  expect(text).not.toContain('http')
  expect(html).not.toContain('href')
})
