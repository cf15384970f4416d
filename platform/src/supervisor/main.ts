// The background process of `make up`: keeps every service and sidecar of one platform running.
// Its output is .alta/logs/supervisor.log; its state .alta/supervisor.json; SIGTERM ends everything.
import { openCheckout } from '../checkout.ts'
import { writeConfiguration } from '../daprd/configuration.ts'
import { claimPorts } from '../ports.ts'
import { openSecrets } from '../secrets.ts'
import { discoverServices } from '../services/discover.ts'
import { controlPort } from '../services/environment.ts'
import { claim } from '../system/mutex.ts'
import { isFree } from '../system/network.ts'
import { isAlive, processesOf, terminate } from '../system/processes.ts'
import { listenForControl } from './control.ts'
import { readPlaces } from './places.ts'
import { platformPlan, portNames, replicaName, replicaPlan, replicaPorts } from './platform-plan.ts'
import { scaleOneByOne, single } from './scale.ts'
import { readLastState } from './state.ts'
import { supervise } from './supervise.ts'
import { leftBehind } from './take-over.ts'
import { watchSources } from './watch.ts'

const say = (message: string): void => console.log(`${new Date().toISOString()} ${message}`)
const watching = process.argv.includes('--watch')

const checkout = await openCheckout()
const secrets = await openSecrets(checkout)
const apps = await discoverServices(checkout.root)
const ports = await claimPorts(checkout, portNames(apps))
const last = await readLastState(checkout.home)
const running = await processesOf(checkout.id)
const left = leftBehind(last, running)
const gatewayPort = await claimGatewayPort(checkout.settings.ALTA_GATEWAY_PORT)
const configuration = await writeConfiguration(checkout)
const places = await readPlaces(checkout.home)
const given = { checkout, secrets, places, ports, gatewayPort, configuration }
const plan = platformPlan({ ...given, apps })
await secrets.save()

const strays = running.filter((pid) => !left.some((one) => one.pid === pid))
// Without a word on what they are they would only be in the way; what belongs to a service ends after it.
if (left.length === 0) await terminate(strays, 10_000)

say(`starting ${apps.length} services with their sidecars; gateway on ${plan.gatewayUrl}`)
const supervisor = supervise(plan, { say, watching, left, alone: single })
void supervisor.takenOver.then(() => terminate(strays.filter(isAlive), 10_000))
if (watching) {
  watchSources(plan, (service) => {
    say(`${service} changed; restarting it`)
    supervisor.restartService(service)
  })
}
const control = listenForControl({
  port: ports[controlPort] ?? 0,
  token: secrets.get('runner', 'controlToken'),
  scale: scaleOneByOne({
    supervisor,
    apps,
    async plan(app, number) {
      const more = await claimPorts(checkout, replicaPorts(replicaName(app, number)))
      return replicaPlan({ ...given, ports: { ...ports, ...more } }, app, number)
    },
  }),
})

let stopping = false
const stop = (): void => {
  if (stopping) return
  stopping = true
  control.close()
  void supervisor.stop().then(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// The terminal that ran `make up` may close.
process.on('SIGHUP', () => undefined)

/** The first free port from `from` on, or that of the gateway that is taken over; the claim keeps another checkout's supervisor off it until our gateway listens. */
async function claimGatewayPort(from: number): Promise<number> {
  if (last && left.some(({ service }) => service === 'gateway')) {
    const port = Number(new URL(last.gatewayUrl).port)
    if (await claim(`gateway-port-${port}`)) return port
  }
  for (let port = from; port < from + 200; port++) {
    const held = await claim(`gateway-port-${port}`)
    if (held && (await isFree(port))) return port
    held?.release()
  }
  throw new Error(`no free port from ${from} to ${from + 199} for the gateway`)
}
