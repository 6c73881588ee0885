/** What a run consists of: its process and its containers; asks them to end, ends them, and tells whether anything is left. */
import type { ContainerFacts, ProviderRun } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../networks/network.ts'
import type { ContainerWatch } from './containers.ts'
import { hasContainers, isUp, lackingOf, presenceOf, standsOnContainers, type Presence } from './fold-presence.ts'
import type { OwnedProcess, ProcessEnd } from './process.ts'

export interface Body {
  process(): OwnedProcess | null
  /** `seen`: containers that stood in it before Idlewatt was started again. */
  take(process: OwnedProcess | null, run: ProviderRun, seen?: string[]): void
  pids(): number[]
  /** By a list that may be a second old: it is asked for every process of the machine. */
  has(pid: number, steadyMs: number): boolean
  presence(steadyMs: number): Presence
  /** Its process is gone and how it ended is told in a moment. */
  isEndUntold(): boolean
  /** Ids of containers that stood in this run. */
  stood(): string[]
  /** It was looked, and nothing of it runs any more. False where that cannot be told. */
  isGone(): boolean
  askToFinish(): void
  /** Resolves once the containers have answered; after so many ms they are ended. */
  askToEnd(graceMs: number): Promise<null>
  /** Resolves with what is left, in words; null: nothing that is known of. */
  kill(): Promise<string | null>
  /** The containers by whose end the last run ended are not even there any more: said once. */
  wereRemoved(): boolean
  engineLost(): void
  engineBack(steadyMs: number): void
  /** So long Docker's own restarts are waited for. */
  settleMs: number
  /** Drops what is held; what runs goes on. */
  letGo(): void
}

export interface BodyOptions {
  definition: SoftwareDefinition
  containers(): ContainerFacts[] | null
  watch(): ContainerWatch | null
  onEnd(): void
}

const settleMs = 10_000
/** After Docker came back its containers come one after the other. */
const engineLeaveMs = 60_000
const killWithinMs = 5000

export function createBody({ definition, containers, watch, onEnd }: BodyOptions): Body {
  let process: OwnedProcess | null = null
  let end: ProcessEnd | null = null
  let engineTookThem = false
  let engineBackAt: number | null = null
  let killing: Promise<string | null> | null = null
  /** id → image. */
  const stood = new Map<string, string>()
  /** Steady ms. */
  let nothingSince: number | null = null
  let lackingSince: number | null = null
  let endedWith: string[] = []
  let listed = { at: Number.NEGATIVE_INFINITY, pids: new Set<number>() }

  function upIds(): string[] {
    return hasContainers(definition) ? (containers() ?? []).filter(isUp).map(({ id }) => id) : []
  }

  function forget(): void {
    end = null
    stood.clear()
    engineTookThem = false
    nothingSince = null
    lackingSince = null
  }

  /** Since when something has been amiss that may mend itself; time without Docker does not count. */
  function timeFaults(steadyMs: number): void {
    const here = containers()
    const isLaunching = process !== null && end === null
    if (here === null || isLaunching) return void (nothingSince = lackingSince = null)
    nothingSince = stood.size > 0 ? null : (nothingSince ?? steadyMs)
    const isComingBack = engineBackAt !== null && steadyMs - engineBackAt < engineLeaveMs
    lackingSince = isComingBack || lackingOf(definition, here, stood).length === 0 ? null : (lackingSince ?? steadyMs)
  }

  /** Containers that may run unseen. */
  function isBlind(): boolean {
    return hasContainers(definition) && watch() !== null && containers() === null && (standsOnContainers(definition) || stood.size > 0)
  }

  async function killNow(): Promise<string | null> {
    const pids = process === null ? [] : await process.kill(killWithinMs)
    const ids = upIds()
    const left = ids.length === 0 ? [] : ((await watch()?.stop(ids, 0)) ?? [])
    if (hasContainers(definition)) await watch()?.refresh()
    if (isBlind()) return `It cannot be told whether its containers have ended: ${watch()?.why() ?? 'Docker does not answer.'} It is tried again.`
    if (pids.length > 0) return `${pids.length === 1 ? 'One process' : `${pids.length} processes`} of it could not be ended (${pids.slice(0, 10).join(', ')}). It is tried again; restarting the computer ends them.`
    const names = (containers() ?? []).filter(({ id }) => left.includes(id)).map(({ name }) => name)
    return left.length > 0 ? `Docker could not end ${names.join(', ') || 'its containers'}. It is tried again; restarting Docker ends them.` : null
  }

  return {
    settleMs,
    process: () => process,
    isEndUntold: () => process !== null && end === null && !process.isAlive(),
    stood: () => [...stood.keys()],
    take(taken, run, seen = []) {
      process = taken
      listed.at = Number.NEGATIVE_INFINITY
      endedWith = []
      forget()
      if (run.handle.kind === 'containers') for (const id of run.handle.ids) stood.set(id, '')
      // Ids outlive their run; a container tells when it was started last.
      for (const { id, startedAt } of containers() ?? []) if (seen.includes(id) && startedAt !== null && startedAt >= run.startedAt) stood.set(id, '')
      taken?.onEnd((how) => {
        if (process !== taken) return
        end = how
        onEnd()
      })
    },
    pids: () => process?.pids() ?? [],
    has(pid, steadyMs) {
      if (process === null) return false
      if (steadyMs - listed.at > 1000) listed = { at: steadyMs, pids: new Set(process.pids()) }
      return listed.pids.has(pid)
    },
    presence(steadyMs) {
      const up = upIds()
      for (const { id, image } of containers() ?? []) if (up.includes(id) || stood.has(id)) stood.set(id, image)
      if (up.length > 0 && engineBackAt !== null) engineTookThem = false
      const isSettling = engineTookThem && engineBackAt !== null && steadyMs - engineBackAt < settleMs
      timeFaults(steadyMs)
      const forMs = (since: number | null): number => (since === null ? 0 : steadyMs - since)
      const presence = presenceOf(definition, { process: process === null ? null : (end ?? 'alive'), containers: containers(), stood, nothingForMs: forMs(nothingSince), lackingForMs: forMs(lackingSince), isSettling, engineTookThem })
      if (presence.kind === 'ended') endedWith = presence.by === 'containers' && presence.counts && !presence.isPart ? [...stood.keys()] : []
      return presence
    },
    isGone() {
      if (process !== null && ((end === null && process.isAlive()) || process.pids().length > 0)) return false
      return !isBlind() && upIds().length === 0
    },
    askToFinish() {
      process?.signal(definition.stop.signal)
    },
    async askToEnd(graceMs) {
      process?.signal(definition.stop.signal)
      const ids = upIds()
      if (ids.length > 0) await watch()?.stop(ids, graceMs)
      if (hasContainers(definition)) await watch()?.refresh()
      return null
    },
    kill() {
      killing ??= killNow().finally(() => void (killing = null))
      return killing
    },
    wereRemoved() {
      const here = containers()
      if (endedWith.length === 0 || here === null || here.some(({ id }) => endedWith.includes(id))) return false
      endedWith = []
      return true
    },
    engineLost() {
      engineTookThem = true
      engineBackAt = null
    },
    engineBack(steadyMs) {
      engineBackAt = steadyMs
    },
    letGo() {
      process?.letGo()
      process = null
      forget()
    },
  }
}
