/** The provider as it is looked at: Kubernetes runs it, Idlewatt only asks. */
import type { SoftwareDefinition } from '../network.ts'
import { endpoints } from './endpoints.ts'
import { readLine } from './software-lines.ts'
import { read, stopPrice } from './software-reading.ts'
import sources from './sources.json' with { type: 'json' }

export const software: SoftwareDefinition[] = [
  {
    programmeId: 'akash/provider',
    kind: 'observed',
    // Asked over the network: it may run on another machine.
    platforms: ['linux', 'win32', 'darwin'],
    command: null,
    containers: null,
    services: null,
    endpoints,
    // The log of a pod has a name of its own each time: the user may name the file that it is kept in.
    logFiles: [{ platform: 'linux', path: '{log}' }],
    registryKey: null,
    processes: [{ name: 'provider-services', pathContains: null }],
    readyWithinMs: 10 * 60_000,
    stop: { signal: 'SIGTERM', graceMs: 60_000 },
    finish: { how: 'watch-until-idle', mostMs: 24 * 3_600_000 },
    exitCodes: {},
    readLine,
    read,
    stopPrice,
    source: sources.provider,
  },
]
