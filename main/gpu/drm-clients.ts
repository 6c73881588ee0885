/** Which programs use a card of AMD or Intel on Linux, and how much: the open graphics files of every program, every few seconds. */
import type { GpuProcess } from '../../shared/telemetry.ts'
import type { MachineSource, OpenGraphicsFiles } from '../system/machine-source.ts'
import { parseFdinfo, type DrmClient } from './drm-fdinfo.ts'
import { readKfdProcesses } from './drm-kfd.ts'
import { known, unknown, type Reading } from './reading.ts'

/** Going through every program's open files costs milliseconds; reading those that were found, microseconds. */
const listEveryMs = 15_000
export const readEveryMs = 5_000

export interface DrmUsage {
  processes: GpuProcess[]
  /** By engine name: the share of the time that it worked for the programs seen, 0..1; empty: not known yet. */
  engines: Record<string, number>
  /** Together, of the programs seen; null: none told. */
  memoryBytes: number | null
  /** False: programs of other users could not be looked at. */
  isComplete: boolean
}

export interface DrmTurn {
  /** By PCI address; a card that nobody uses is not in it. */
  cards: ReadonlyMap<string, DrmUsage>
  isComplete: boolean
}

export interface DrmClients {
  /** Answers from memory where it was asked a moment ago. `at`: ms since epoch. */
  read(machine: MachineSource, at: number): Promise<DrmTurn>
}

export function usageOf({ cards, isComplete }: DrmTurn, pciAddress: string | null): DrmUsage {
  return (pciAddress === null ? undefined : cards.get(pciAddress)) ?? { processes: [], engines: {}, memoryBytes: null, isComplete }
}

/** No programs are only known where all could be looked at. */
export function processesOf({ processes, isComplete }: DrmUsage, machine: MachineSource): Reading<GpuProcess[]> {
  if (isComplete || processes.length > 0) return known(processes)
  return unknown(machine.recorded === null ? 'none of your own programs uses this card, and those of other users cannot be looked at' : 'the recording does not hold which programs used the card')
}

/** Counters give shares of a time: why there is none yet. */
export function whyNoShare(machine: MachineSource): string {
  return machine.recorded === null ? 'the first reading only starts the count' : 'the recording holds the counter at one moment only'
}

interface Turn extends DrmTurn {
  at: number
  clients: Map<string, DrmClient>
}

export function createDrmClients(): DrmClients {
  let listed: { at: number; open: OpenGraphicsFiles } | null = null
  let last: Turn | null = null
  let reading: Promise<DrmTurn> | null = null

  async function readNow(machine: MachineSource, at: number): Promise<DrmTurn> {
    if (listed === null || isOver(listed.at, at, listEveryMs)) listed = { at, open: await machine.openGraphicsFiles() }
    const turn = await takeTurn(machine, at, listed.open, last)
    last = turn
    return turn
  }

  return {
    async read(machine, at) {
      if (last !== null && !isOver(last.at, at, readEveryMs)) return last
      reading ??= readNow(machine, at).finally(() => (reading = null))
      return reading
    },
  }
}

/** A clock that was set back counts as time over. */
function isOver(since: number, now: number, ms: number): boolean {
  return now < since || now - since >= ms
}

async function takeTurn(machine: MachineSource, at: number, open: OpenGraphicsFiles, before: Turn | null): Promise<Turn> {
  const clients = new Map<string, DrmClient>()
  const pidOf = new Map<string, number>()
  await Promise.all(
    open.files.map(async ({ pid, fd }) => {
      const text = await machine.readFile(`/proc/${pid}/fdinfo/${fd}`)
      const client = text === null ? null : parseFdinfo(text)
      if (client?.pciAddress == null) return
      const key = `${client.pciAddress} ${client.clientId}`
      // A file that was handed on belongs to two programs: the older one is taken, so that it is always the same.
      if (clients.has(key) && pidOf.get(key)! <= pid) return
      clients.set(key, client)
      pidOf.set(key, pid)
    }),
  )
  const names = new Map<number, string>()
  await Promise.all([...new Set(pidOf.values())].map(async (pid) => names.set(pid, await nameOf(machine, pid))))

  const usage = new Map<string, DrmUsage>()
  for (const [key, client] of clients) {
    const address = client.pciAddress!
    const card = usage.get(address) ?? { processes: [], engines: {}, memoryBytes: null, isComplete: open.isComplete }
    usage.set(address, card)
    add(card, pidOf.get(key)!, names, client, machine.recorded === null ? sharesOf(client, before?.clients.get(key), at - (before?.at ?? at)) : null)
  }
  for (const { pid, pciAddress, memoryBytes } of await readKfdProcesses(machine)) {
    const card = usage.get(pciAddress) ?? { processes: [], engines: {}, memoryBytes: null, isComplete: open.isComplete }
    usage.set(pciAddress, card)
    const same = card.processes.find((process) => process.pid === pid)
    if (!same) card.processes.push({ pid, name: names.get(pid) ?? (await nameOf(machine, pid)), memoryBytes, ours: null, kind: 'compute', utilisation: null })
    else Object.assign(same, { kind: same.kind === 'graphics' ? 'both' : 'compute', memoryBytes: Math.max(same.memoryBytes ?? 0, memoryBytes ?? 0) })
  }
  for (const card of usage.values()) {
    for (const name of Object.keys(card.engines)) card.engines[name] = Math.min(card.engines[name]!, 1)
    card.processes.sort((one, other) => (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0) || one.pid - other.pid)
  }
  return { at, clients, cards: usage, isComplete: open.isComplete }
}

/** Share of each engine since the reading before; null: there was none. */
function sharesOf(client: DrmClient, before: DrmClient | undefined, ms: number): Record<string, number> | null {
  if (!before || ms <= 0) return null
  const shares: Record<string, number> = {}
  for (const [name, { busy, of, capacity }] of Object.entries(client.engines)) {
    const earlier = before.engines[name]
    if (!earlier) continue
    const time = of === null ? ms * 1e6 : of - (earlier.of ?? of)
    if (time > 0 && busy >= earlier.busy) shares[name] = Math.min((busy - earlier.busy) / time / capacity, 1)
  }
  return shares
}

function add(card: DrmUsage, pid: number, names: ReadonlyMap<number, string>, client: DrmClient, shares: Record<string, number> | null): void {
  for (const [name, share] of Object.entries(shares ?? {})) card.engines[name] = (card.engines[name] ?? 0) + share
  if (client.memoryBytes !== null) card.memoryBytes = (card.memoryBytes ?? 0) + client.memoryBytes
  const utilisation = shares === null || Object.keys(shares).length === 0 ? null : Math.max(...Object.values(shares))
  const kind = kindOf(client)
  const same = card.processes.find((process) => process.pid === pid)
  if (!same) return void card.processes.push({ pid, name: names.get(pid) ?? String(pid), memoryBytes: client.memoryBytes, ours: null, kind, utilisation })
  same.memoryBytes = client.memoryBytes === null ? same.memoryBytes : (same.memoryBytes ?? 0) + client.memoryBytes
  same.kind = same.kind === kind || kind === null ? (same.kind ?? null) : same.kind === null || same.kind === undefined ? kind : 'both'
  same.utilisation = utilisation === null ? (same.utilisation ?? null) : Math.min((same.utilisation ?? 0) + utilisation, 1)
}

function kindOf({ engines }: DrmClient): GpuProcess['kind'] {
  const worked = (names: RegExp): boolean => Object.entries(engines).some(([name, { busy }]) => busy > 0 && names.test(name))
  const computes = worked(/^(compute|ccs)/)
  const draws = worked(/^(gfx|render|rcs|video|vcs|vecs|dec|enc|jpeg)/)
  return computes && draws ? 'both' : computes ? 'compute' : draws ? 'graphics' : null
}

/** The kernel keeps the first 15 characters. */
async function nameOf(machine: MachineSource, pid: number): Promise<string> {
  return (await machine.readFile(`/proc/${pid}/comm`))?.trim() || `process ${pid}`
}
