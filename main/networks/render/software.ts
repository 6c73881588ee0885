/** This network's programmes as they are looked at. The user starts and stops each: the clients come by invitation or from their own sites. */
import type { SoftwareDefinition } from '../network.ts'
import { readCompute, readSalad } from './other-readings.ts'
import { read, stopPrice } from './rendering-reading.ts'
import { readLine } from './rendering-lines.ts'
import sources from './sources.json' with { type: 'json' }

const minute = 60_000

/** Only looked at: nothing that has to be run or stopped. */
const observed = {
  kind: 'observed', command: null, containers: null, services: null, endpoints: [], logFiles: [], registryKey: null,
  stop: { signal: 'SIGTERM', graceMs: 30_000 }, finish: { how: 'watch-until-idle', mostMs: 12 * 60 * minute }, exitCodes: {}, readLine: () => null,
} satisfies Partial<SoftwareDefinition>

export const software: SoftwareDefinition[] = [
  {
    ...observed,
    programmeId: 'render/rendering',
    platforms: ['win32'],
    logFiles: [{ platform: 'win32', path: '{localAppData}\\OtoyRndrNetwork\\rndr_log.txt' }],
    registryKey: 'HKCU\\SOFTWARE\\OTOY',
    // Windows has a service of the name TCPSVCS.exe too, in System32: the path decides. That the client lies beside its log is inferred.
    processes: [{ name: 'TCPSVCS.exe', pathContains: 'OtoyRndrNetwork' }, { name: 'rndrclient.exe', pathContains: null }],
    // It measures the card first; an operators' watchdog gives it 75 seconds.
    readyWithinMs: 10 * minute,
    readLine,
    read,
    stopPrice,
    source: sources.watchdog,
  },
  {
    ...observed,
    programmeId: 'render/compute',
    platforms: ['linux'],
    processes: [{ name: 'disNet', pathContains: null }, { name: 'dispersed', pathContains: null }],
    readyWithinMs: 10 * minute,
    read: readCompute,
    stopPrice: () => ({ sentence: 'Whether a job is running cannot be seen from here. Stopping ends it unpaid, and the time offline counts against the weekly pay for being there.', usd: null, finishMinutes: null, source: sources.dispersedDocs }),
    source: sources.dispersedStart,
  },
  {
    ...observed,
    programmeId: 'render/salad',
    platforms: ['win32'],
    processes: [{ name: 'Salad.exe', pathContains: null }, { name: 'Salad.Bowl.Service.exe', pathContains: null }],
    readyWithinMs: 10 * minute,
    read: readSalad,
    stopPrice: () => ({ sentence: 'Whether a job is running is seen in Salad\'s own app alone. Stopping ends it, and unfinished work is not paid.', usd: null, finishMinutes: null, source: sources.saladApp }),
    source: sources.saladApp,
  },
]
