import { expect, it } from 'vitest'
import { differences } from './machine-state.ts'

const before = {
  links: ['lo', 'eth0'],
  mounts: ['/dev/vda / ext4', 'overlay /build overlay'],
  settings: ['a = 0'],
}

it('a machine that is as it was has no differences', () => {
  expect(differences(before, before)).toEqual([])
})

it('what has come, gone or changed is told', () => {
  const after = {
    links: ['lo', 'alta0'],
    mounts: [...before.mounts, 'tmpfs /pod tmpfs'],
    settings: ['a = 1'],
  }
  expect(differences(before, after)).toEqual([
    'links: - eth0',
    'links: + alta0',
    'mounts: + tmpfs /pod tmpfs',
    'settings: - a = 0',
    'settings: + a = 1',
  ])
})

it('a mount that has gone is not the node’s', () => {
  expect(differences(before, { ...before, mounts: ['/dev/vda / ext4'] })).toEqual([])
})
