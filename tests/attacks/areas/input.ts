import type { Client } from '../../support/client.ts'
import type { Area } from '../area.ts'

/** Fields that nobody may set, text that is code somewhere, words that look like others, addresses of the inside. */
export const input: Area = {
  name: 'mass assignment, injection',
  async attack({ clients, things, claimsOf }, tally) {
    const owner = clients.get('project owner') as Client
    const member = clients.get('member of no project') as Client
    const wrong = {
      id: things.documentId,
      tenantId: claimsOf('admin elsewhere').tid,
      ownerId: member.userId,
      version: 99,
    }
    const adopted = (body: unknown) =>
      Object.values(wrong).filter((value) => JSON.stringify(body).includes(JSON.stringify(value)))
    for (const [field, value] of Object.entries({
      ...wrong,
      role: 'owner',
      createdAt: '2000-01-01T00:00:00Z',
      deletedAt: null,
      members: [],
    })) {
      const created = await member.call('POST', '/api/v1/projects', { name: 'Mine', [field]: value })
      tally.note(
        `a project with ${field}`,
        created.status === 400 || (created.status === 201 && adopted(created.body).length === 0),
        created.body,
      )
    }
    for (const [field, value] of Object.entries({
      ...wrong,
      status: 'approved',
      projectId: things.projectId,
      uploadedBy: member.userId,
      text: 'x',
      confidence: 1,
      failure: null,
    })) {
      const changed = await owner.call('PATCH', `/api/v1/documents/${things.documentId}`, {
        title: 'a',
        [field]: value,
      })
      tally.note(`a document with ${field}`, changed.status === 400, changed)
    }
    const account = (more: object) =>
      member.call('POST', '/api/v1/auth/register', {
        email: `m.${crypto.randomUUID()}@example.org`,
        password: `correct horse ${crypto.randomUUID()}`,
        name: 'M',
        ...more,
      })
    for (const more of [
      { roles: ['admin'] },
      { role: 'admin' },
      { tenantId: wrong.tenantId },
      { id: member.userId },
      { emailVerified: true },
    ]) {
      const { status, body } = await account(more)
      const held =
        status === 400 ||
        (status === 201 && JSON.stringify(body.user.roles) === '["member"]' && body.user.id !== member.userId)
      tally.note(`an account with ${JSON.stringify(more)}`, held, body)
    }
    for (const body of [
      '{"__proto__":{"roles":["admin"]},"name":"x"}',
      '{"constructor":{"prototype":{"roles":["admin"]}},"name":"x"}',
      '{"name":"a","name":"b"}',
    ]) {
      const { status } = await member.call('POST', '/api/v1/projects', body)
      const { body: me } = await member.call('GET', '/api/v1/auth/me')
      tally.note(body, status < 500 && !JSON.stringify(me).includes('admin'), { status, me })
    }
    const codes = [
      "' or 1=1--",
      "'; select pg_sleep(20)--",
      `\${7*191}`,
      '{{7*191}}',
      '<%=7*191%>',
      '$(id)',
      '`id`',
      '| id',
      '%0aid',
      '*)(uid=*',
      "' || '1",
      '\\',
      '%',
      '_',
      ':*',
      '&',
      '!',
      '(',
      '<->',
      'a:*b',
      '{"$ne":null}',
    ]
    for (const code of codes) {
      const encoded = encodeURIComponent(code)
      for (const path of [
        `/api/v1/documents?q=${encoded}`,
        `/api/v1/documents?tag=${encoded}`,
        `/api/v1/documents?projectId=${encoded}`,
        `/api/v1/documents?cursor=${encoded}`,
        `/api/v1/reviews?status=${encoded}`,
        `/api/v1/tasks?type=${encoded}`,
      ]) {
        const began = Date.now()
        const { status, body } = await member.call('GET', path)
        const found =
          JSON.stringify(body).includes(things.documentId) || JSON.stringify(body).includes('1337')
        tally.note(`GET ${path}`, status < 500 && !found && Date.now() - began < 15_000, { status, body })
      }
    }
    const stored = await owner.call('POST', '/api/v1/projects', { name: `${codes.join(' ').slice(0, 80)}` })
    tally.note(
      'code in a name stays text',
      stored.status === 201 ? !stored.body.name.includes('1337') : stored.status === 400,
      stored.body,
    )
    // One address, spelled so that somebody might take it for another one.
    const [local = '', domain = ''] = owner.email.split('@')
    for (const email of [
      owner.email.toUpperCase(),
      ` ${owner.email}`,
      `${local}@${domain}.`,
      `${local}\0@${domain}`,
      `${local}\r\nBcc: x@example.org@${domain}`,
      `${local.replace('o', 'ｏ')}@${domain}`,
      `${local.replace('p', 'р')}@${domain}`,
      `"${local}"@${domain}`,
      `${local}@${domain},x@example.org`,
    ]) {
      const { status, body } = await account({ email })
      const held = [400, 409].includes(status) || (status === 201 && body.user.email !== owner.email)
      tally.note(`an account at ${JSON.stringify(email)}`, held, { status, body })
    }
    // Nothing takes an address to call; whoever adds that finds these here.
    const insides = [
      'http://127.0.0.1:5432',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'gopher://127.0.0.1:6379/_x',
      'http://１２７.１/',
    ]
    for (const url of insides) {
      const task = await owner.call('POST', '/api/v1/tasks', {
        type: 'import',
        params: { url, source: url, callback: url },
      })
      tally.note(`a task with ${url}`, [400, 403, 422].includes(task.status), task.body)
      const renamed = await owner.call('PATCH', `/api/v1/projects/${things.projectId}`, { webhookUrl: url })
      tally.note(`a project with ${url}`, renamed.status === 400, renamed.body)
    }
    for (const host of ['evil.example', 'localhost@evil.example', '127.0.0.1:1']) {
      const asked = await member.call(
        'POST',
        '/api/v1/auth/password-reset',
        { email: member.email },
        { 'x-forwarded-host': host, forwarded: `host=${host}`, 'x-forwarded-proto': 'javascript' },
      )
      tally.note(`a reset by way of ${host}`, asked.status < 300, asked)
    }
    const mails = await member.mails()
    tally.note(
      'no mail names a host that a header made up',
      mails.every(({ text }) => !text.includes('evil.example')),
      mails,
    )
  },
}
