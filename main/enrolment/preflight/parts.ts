/** Every part of preflight: what reads it, how long it may take, and whether it costs something or asks over the network. */
import { availableParallelism } from 'node:os'
import type { MachineReadings, ReadingId } from '../../../shared/preflight.ts'
import { readCardInContainer } from './card-in-container.ts'
import { readCgnat } from './cgnat.ts'
import { readClock } from './clock-offset.ts'
import { readDisk } from './disk.ts'
import { readDiskSpeed } from './disk-speed.ts'
import { known, notKnown } from './known.ts'
import { readLine } from './line.ts'
import { readListening } from './listening.ts'
import { readDns, readNames } from './names.ts'
import { readMissingFiles } from './own-downloads.ts'
import type { Part, PartContext } from './part.ts'
import { readPublicAddress } from './public-address.ts'
import { readReaches } from './reach.ts'
import { readSleep } from './sleep.ts'
import { readSoftware } from './software.ts'
import { readToolkit } from './toolkit.ts'
import { readWsl } from './wsl.ts'

/** Together well under the ten seconds that a whole machine may take: a part that waits for another has more than that one. */
export const parts: { [Id in ReadingId]: Part<Id> } = {
  docker: { timeoutMs: 5_500, read: async ({ docker }) => (docker === null ? notKnown('Docker is not looked at here.') : docker.look()) },
  containerToolkit: { timeoutMs: 7_500, read: readToolkit },
  cardInContainer: { timeoutMs: 9_500, costs: 'runs a container from an image that is there, and removes it', read: readCardInContainer },
  disk: { timeoutMs: 5_000, read: readDisk },
  diskSpeed: { timeoutMs: 9_000, costs: 'writes 128 MB to the disk and removes them', read: readDiskSpeed },
  line: { timeoutMs: 9_500, costs: 'uses the line for about five seconds', isOutside: true, read: readLine },
  publicAddress: { timeoutMs: 3_000, isOutside: true, read: readPublicAddress },
  cgnat: { timeoutMs: 6_000, isOutside: true, read: readCgnat },
  clock: { timeoutMs: 6_000, read: readClock },
  dns: { timeoutMs: 4_000, isOutside: true, read: readDns },
  names: { timeoutMs: 8_000, isOutside: true, read: readNames },
  listening: { timeoutMs: 4_000, read: readListening },
  reaches: { timeoutMs: 4_500, isOutside: true, read: readReaches },
  sleep: { timeoutMs: 4_000, read: readSleep },
  remoteSession: { timeoutMs: 8_000, read: readRemoteSession },
  secureShell: { timeoutMs: 5_000, read: readSecureShell },
  software: { timeoutMs: 7_500, read: readSoftware },
  missingFiles: { timeoutMs: 6_000, read: readMissingFiles },
  wsl2: { timeoutMs: 5_000, read: readWsl },
  cpuThreads: { timeoutMs: 2_000, read: readThreads },
}

/** `value: null` with no reason: nobody looks from elsewhere. */
async function readRemoteSession({ source }: PartContext): Promise<MachineReadings['remoteSession']> {
  const { surroundings } = await source.facts()
  return surroundings === null ? notKnown('What kind of place this system runs in could not be told.') : { value: surroundings.remoteSession, why: null }
}

async function readSecureShell(context: PartContext): Promise<MachineReadings['secureShell']> {
  const listening = await context.other('listening')
  if (listening.value === null) return notKnown(listening.why)
  return known(listening.value.some(({ port, protocol, listener }) => protocol === 'tcp' && (port === 22 || listener?.startsWith('sshd') === true)))
}

/** A person types `nproc` or looks into the task manager. */
async function readThreads({ source }: PartContext): Promise<MachineReadings['cpuThreads']> {
  if (source.recorded === null) return known(availableParallelism())
  const threads = (await source.readFile('/proc/cpuinfo'))?.match(/^processor\s*:/gm)?.length ?? 0
  return threads > 0 ? known(threads) : notKnown('The recording does not say how many threads the processor has.')
}
