import { expect, it } from 'vitest'
import { notInstalled } from './apt.ts'

it('takes a package as missing when dpkg does not know it or has only its configuration left', () => {
  const listing = 'ffmpeg installed\npocketsphinx config-files\n'
  expect(notInstalled(['ffmpeg', 'pocketsphinx', 'pocketsphinx-en-us'], listing)).toEqual([
    'pocketsphinx',
    'pocketsphinx-en-us',
  ])
})
