// The background process of `make up`: keeps every service and sidecar of one platform running.
// Its output is .alta/logs/supervisor.log; its state .alta/supervisor.json; SIGTERM ends everything.
import { openCheckout } from '../checkout.ts'
import { writeConfiguration } from '../daprd/configuration.ts'
import { claimPorts } from '../ports.ts'
import { openSecrets } from '../secrets.ts'
import { discoverServices } from '../services/discover.ts'
import { claim } from '../system/mutex.ts'
import { isFree } from '../system/network.ts'
import { readPlaces } from './places.ts'
import { platformPlan, portNames } from './platform-plan.ts'
import { supervise } from './supervise.ts'
import { watchSources } from './watch.ts'

const say = (message: string): void => console.log(`${new Date().toISOString()} ${message}`)
const watching = process.argv.includes('--watch')

const checkout = await openCheckout()
const secrets = await openSecrets(checkout)
const apps = await discoverServices(checkout.root)
const ports = await claimPorts(checkout, portNames(apps))
const gatewayPort = await claimGatewayPort(checkout.settings.ALTA_GATEWAY_PORT)
const configuration = await writeConfiguration(checkout)
const places = await readPlaces(checkout.home)
const plan = platformPlan({ checkout, secrets, places, ports, apps, gatewayPort, configuration })
await secrets.save()

say(`starting ${apps.length} services with their sidecars; gateway on ${plan.gatewayUrl}`)
const supervisor = supervise(plan, { say, watching })
if (watching) {
  watchSources(plan, (service) => {
    say(`${service} changed; restarting it`)
    supervisor.restartService(service)
  })
}

let stopping = false
const stop = (): void => {
  if (stopping) return
  stopping = true
  void supervisor.stop().then(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// The terminal that ran `make up` may close.
process.on('SIGHUP', () => undefined)

/** The first free port from `from` on; the claim keeps another checkout's supervisor off it until our gateway listens. */
async function claimGatewayPort(from: number): Promise<number> {
  for (let port = from; port < from + 200; port++) {
    const held = await claim(`gateway-port-${port}`)
    if (held && (await isFree(port))) return port
    held?.release()
  }
  throw new Error(`no free port from ${from} to ${from + 199} for the gateway`)
}
