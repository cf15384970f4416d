// A service for tests of the supervisor: answers /health/ready, and ends as it is told to.
// node stub-service.ts <port> [ignore-sigterm]
import { createServer } from 'node:http'

const [port = '0', mode = ''] = process.argv.slice(2)
const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(7)
  response.end(JSON.stringify({ pid: process.pid }))
})
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${port}`))
process.on('SIGTERM', () => {
  if (mode === 'ignore-sigterm') return
  console.log('ends')
  server.close(() => process.exit(0))
  server.closeAllConnections()
})
