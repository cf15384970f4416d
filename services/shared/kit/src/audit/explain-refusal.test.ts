import { expect, test } from 'vitest'
import { anyone, may, own, type Policy, signedIn } from '../auth/policy.ts'
import { forbidden, notFound, type Problem, tooManyRequests, unauthorized } from '../errors.ts'
import { explainRefusal } from './explain-refusal.ts'

const role = forbidden('project_role_required', 'This needs the role owner in the project; yours is viewer.')
test.each<[string, Policy, Problem, string, RegExp]>([
  ['a token', signedIn, unauthorized('unauthenticated', 'x'), 'token', /^a valid access token$/],
  [
    'a role in the project',
    may('projects:write', 'project owner'),
    role,
    'project owner',
    /^the role owner in the project; or the permission projects:any \(of the role admin\)$/,
  ],
  [
    'what is hidden, or not there',
    may('documents:read', 'project viewer'),
    notFound('document_not_found', 'x'),
    'project viewer',
    /^that it exists, and to be a member/,
  ],
  ['what is one’s own', own(), notFound('session_not_found', 'x'), 'oneself', /one’s own/],
  ['a limit', anyone, tooManyRequests('attempts_exhausted', 'x'), 'limit', /^to wait/],
  [
    'a rule of a service',
    may('operations:write'),
    forbidden('own_proposal', 'Somebody else has to agree.'),
    'own_proposal',
    /^Somebody else has to agree\.$/,
  ],
  [
    'a permission that only the task’s type asks for',
    may('tasks:write'),
    forbidden('forbidden', 'A task of type sync needs the permission operations:write.'),
    'forbidden',
    /operations:write/,
  ],
])('it is told that %s was missing', (_what, policy, problem, rule, needed) => {
  expect(explainRefusal(policy, problem)).toEqual({ rule, needed: expect.stringMatching(needed) })
})
