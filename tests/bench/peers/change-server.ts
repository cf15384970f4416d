import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** For a sender: takes `POST /changes` with a list of ids and answers when each of them was committed. */
export function serveChanges(port: number, commit: (id: string) => Promise<number>): void {
  createServer((request, response) => {
    text(request)
      .then((body) => Promise.all((JSON.parse(body) as string[]).map(commit)))
      .then(
        (committed) => response.end(JSON.stringify(committed)),
        (error: unknown) => {
          console.error(error)
          response.writeHead(500).end()
        },
      )
  }).listen(port, '127.0.0.1')
}
