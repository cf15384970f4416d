import { event } from '../event.ts'
import { auditEntry } from '../resources/audit.ts'

export const auditRecorded = event({
  topic: 'audit.recorded.v1',
  owner: 'every service',
  summary: 'A request has changed something, was refused, or has read what must be noted.',
  schema: auditEntry,
  example: {
    entryId: '019a9d2e-0000-7000-8000-000000000020',
    at: '2026-11-22T12:00:00.000Z',
    actor: {
      userId: '019a9d2e-0000-7000-8000-000000000001',
      sessionId: '019a9d2e-0000-7000-8000-000000000003',
      roles: ['member'],
    },
    action: 'POST /api/v1/projects',
    summary: 'Create a project',
    resources: [{ name: 'project.created.v1', id: '019a9d2e-0000-7000-8000-000000000002' }],
    outcome: 'allowed',
    code: null,
    count: 1,
    address: '192.0.2.7',
    userAgent: 'curl/8.5.0',
    requestId: 'req-1',
  },
  subject: (data) => data.entryId,
})
