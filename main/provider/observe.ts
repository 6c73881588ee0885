/** What is read of software from outside it: services of the system, endpoints, the Windows registry, logs it writes itself. */
import type { EndpointDefinition, MarketRequest, SoftwareDefinition, SoftwareFacts } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { askEndpoint } from './observe-endpoint.ts'
import { createLogReader } from './observe-logs.ts'
import { readServices, readRegistryValues } from './observe-system.ts'

export interface Observer {
  facts(): Pick<SoftwareFacts, 'services' | 'endpoints' | 'registry'>
  /** Everything once, now. Never rejects. */
  refresh(): Promise<void>
  /** Again and again from now on, each at its own pace. */
  begin(): void
  close(): void
}

export interface ObserverOptions {
  definition: SoftwareDefinition
  source: MachineSource
  answers(): Record<string, string>
  /** null: asking outside is not allowed now. */
  request(): MarketRequest | null
  clock: Clock
  log: Log
  onChange(): void
  onLine(line: string): void
  /** The programme's own, for `{folder}`; left out: paths with it are not known. */
  folder?: string
}

const systemEveryMs = 5_000

export function createObserver(options: ObserverOptions): Observer {
  const { definition, source, clock } = options
  const ending = new AbortController()
  const timers = new Set<() => void>()
  let services: SoftwareFacts['services'] = {}
  let registry: SoftwareFacts['registry'] = null
  const endpoints: SoftwareFacts['endpoints'] = Object.fromEntries(definition.endpoints.map((one) => [one.id, { at: clock.now(), value: null, why: 'It was not asked yet.' }]))
  const logs = createLogReader(options)
  let hasBegun = false

  async function readSystem(): Promise<void> {
    const [nextServices, nextRegistry] = await Promise.all([readServices(source, definition.services, ending.signal), readRegistryValues(source, definition.registryKey, ending.signal)])
    const hasChanged = JSON.stringify([services, registry]) !== JSON.stringify([nextServices, nextRegistry])
    services = nextServices
    registry = nextRegistry
    if (hasChanged) tell()
  }

  async function readEndpoint(one: EndpointDefinition): Promise<void> {
    const said = await askEndpoint(one, { answers: options.answers(), request: options.request(), signal: ending.signal, now: () => clock.now() })
    if (ending.signal.aborted) return
    endpoints[one.id] = said
    tell()
  }

  function tell(): void {
    if (!ending.signal.aborted) options.onChange()
  }

  const jobs: { everyMs: number; run(): Promise<void> }[] = [
    ...(definition.services === null && definition.registryKey === null ? [] : [{ everyMs: systemEveryMs, run: readSystem }]),
    ...definition.endpoints.map((one) => ({ everyMs: one.everyMs, run: () => readEndpoint(one) })),
    ...(definition.logFiles.length === 0 ? [] : [{ everyMs: systemEveryMs, run: () => logs.look() }]),
  ]

  /** A fault of ours in one part must not end the others. */
  async function runOne(job: (typeof jobs)[number]): Promise<void> {
    try {
      await job.run()
    } catch (error) {
      options.log.error('Looking at provider software failed.', { programme: definition.programmeId, error: String(error) })
    }
  }

  function again(job: (typeof jobs)[number]): void {
    if (ending.signal.aborted) return
    const cancel = clock.after(job.everyMs, () => {
      timers.delete(cancel)
      void runOne(job).then(() => again(job))
    })
    timers.add(cancel)
  }

  return {
    facts: () => ({ services: { ...services }, endpoints: { ...endpoints }, registry: registry === null ? null : { ...registry } }),
    async refresh() {
      await Promise.all(jobs.map(runOne))
    },
    begin() {
      if (hasBegun) return
      hasBegun = true
      logs.begin()
      for (const job of jobs) void runOne(job).then(() => again(job))
    },
    close() {
      ending.abort()
      for (const cancel of timers) cancel()
      timers.clear()
      logs.close()
    },
  }
}
