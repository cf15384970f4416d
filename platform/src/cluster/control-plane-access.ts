import { readFile } from 'node:fs/promises'
import { get } from 'node:https'
import { stringify } from 'yaml'
import { readIfThere } from '../system/read-if-there.ts'

/** How one gets to the API server as its administrator. */
export interface Access {
  readonly address: string
  /** Path of the certificate that the API server made for itself; it is its own authority. */
  readonly certificate: string
  readonly token: string
}

/** Whether it has said that it is ready; false while nobody answers. */
export async function isReady({ address, certificate, token }: Access): Promise<boolean> {
  const ca = await readIfThere(certificate)
  if (ca === undefined) return false
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    const request = get(`${address}/readyz`, { ca, headers, timeout: 2000, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('timeout', () => request.destroy())
    // Refused and reset are what it does until then.
    request.once('error', () => resolve(false))
    request.once('close', () => resolve(false))
  })
}

/** The text of a kubeconfig; it needs no other file. */
export async function kubeconfigFor({ address, certificate, token }: Access): Promise<string> {
  const authority = (await readFile(certificate)).toString('base64')
  const name = 'alta'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: address, 'certificate-authority-data': authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  })
}
