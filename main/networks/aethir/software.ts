/** The checker as it is looked at: a service of the system that the user installs. The host's agent is named nowhere, and Edge is a box of its own. */
import type { SoftwareDefinition } from '../network.ts'
import { readLine } from './checker-lines.ts'
import { read, serviceName, stopPrice } from './checker-reading.ts'
import sources from './sources.json' with { type: 'json' }

export const software: SoftwareDefinition[] = [
  {
    programmeId: 'aethir/checker',
    kind: 'observed',
    platforms: ['linux', 'win32'],
    command: null,
    containers: null,
    services: { systemd: serviceName, windows: null },
    // None, and none to be added: more than one request a minute from an address blocks it for the day.
    endpoints: [],
    logFiles: [{ platform: 'linux', path: '{home}/aethir/log/server.log' }, { platform: 'linux', path: '/opt/aethir/log/server.log' }],
    registryKey: null,
    processes: [{ name: 'AethirCheckerService', pathContains: null }],
    readyWithinMs: 10 * 60_000,
    stop: { signal: 'SIGTERM', graceMs: 30_000 },
    finish: { how: 'watch-until-idle', mostMs: 60 * 60_000 },
    exitCodes: {},
    readLine,
    read,
    stopPrice,
    source: sources.checkerScripts,
  },
]
