/** Why a card is not to be measured now: it earns, somebody uses it, it is too hot, or the machine runs on its battery. Pure. */
import type { Hold } from '../../shared/benchmark.ts'
import type { Gpu, Surroundings } from '../../shared/machine.ts'
import type { GpuProcess, GpuSample } from '../../shared/telemetry.ts'
import { isDesktopProgram, plainName, shortName } from '../system/desktop-programs.ts'
import { ceilingOf, tooHotToStart } from './ceiling.ts'

/** A programme's provider software, by the names of its processes. */
export interface ProviderSign {
  programmeTitle: string
  processNames: readonly string[]
}

/** Used by others from here on. */
const busyUtilisation = 0.1
/** A desktop's own programs draw windows with less; a game does not fit. */
const gameBytes = 300e6

export interface HoldInput {
  gpu: Gpu
  /** The newest reading; null: there is none, and nothing is held up for it. */
  sample: GpuSample | null
  recorded: string | null
  surroundings: Surroundings | null
  signs: readonly ProviderSign[]
  /** Provider software that Idlewatt knows to run, also where its processes do not show on the card; null or left out: none. */
  offeredTo?: string | null
  /** Idlewatt and everything it started. */
  ownPids: ReadonlySet<number>
  /**
   * We measure this card, so that its load is ours. `newcomers`: processes that came after the work began. In a container the
   * driver counts processes otherwise than we do and ours cannot be told from others': then nobody is called a newcomer.
   */
  working: { newcomers: readonly GpuProcess[] } | null
  /** Of the run that is asked for; left out: the card's own ceiling. */
  maxTemperatureC?: number | undefined
}

export function holdsOf(input: HoldInput): Hold[] {
  const { gpu, sample, surroundings } = input
  const holds: Hold[] = []
  if (input.recorded !== null) holds.push({ id: 'recorded', sentence: `This is the recorded machine "${input.recorded}": its cards are not here to be measured.`, until: null, canOverride: false })
  if (surroundings?.onBattery === true) holds.push({ id: 'battery', sentence: 'The machine runs on its battery: plug it in first, since measuring empties a battery quickly and the figures would be those of a battery.', until: null, canOverride: false })
  const others = (sample?.processes ?? []).filter((process) => process.ours !== true && !input.ownPids.has(process.pid))
  for (const process of others) {
    const sign = input.signs.find(({ processNames }) => processNames.some((name) => isNamed(process.name, name)))
    if (!sign) continue
    holds.push({
      id: 'listed',
      sentence: `${gpu.name} is offered to ${sign.programmeTitle}: its program ${shortName(process.name)} runs on the card. A measurement would look like foreign load there and could cost rewards or a deposit. Take the card off the network first.`,
      until: null,
      canOverride: false,
    })
    break
  }
  if (input.offeredTo != null && !holds.some(({ id }) => id === 'listed')) {
    holds.push({ id: 'listed', sentence: `${gpu.name} is offered to ${input.offeredTo}, whose software runs now. A measurement would look like foreign load there and could cost rewards or a deposit. Stop it on the programme’s page first.`, until: null, canOverride: false })
  }
  const busy = busySentence(input, others)
  if (busy !== null) holds.push({ id: 'busy', sentence: busy, until: null, canOverride: true })
  // While it is measured the guard watches over its heat.
  const hot = sample === null || input.working !== null ? null : tooHotToStart(gpu.name, sample, ceilingOf(gpu, input.maxTemperatureC))
  if (hot !== null) holds.push({ id: 'hot', sentence: hot, until: null, canOverride: false })
  return holds
}

function busySentence({ gpu, sample, working }: HoldInput, others: GpuProcess[]): string | null {
  if (!sample) return null
  const users = (working ? working.newcomers : others).filter((process) => !isDesktopProgram(process.name))
  const byLoad = users.filter((process) => (process.utilisation ?? 0) >= busyUtilisation).sort((one, other) => (other.utilisation ?? 0) - (one.utilisation ?? 0))[0]
  if (byLoad) return `Another program is using ${gpu.name}: ${shortName(byLoad.name)}, ${percent(byLoad.utilisation as number)} of the card.`
  const game = users.filter(isGameLike).sort((one, other) => (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0))[0]
  // A game in its menu, or paused, does little; one that does nothing at all is only open.
  if (game && (working || (sample.utilisation ?? 0) >= busyUtilisation)) return `A program that draws is using ${gpu.name}, such as a game would: ${shortName(game.name)}, ${Math.round((game.memoryBytes as number) / 1e6)} MB of its memory.`
  // Where loads are told by program, one of them would have been named by now; a card's figure alone may be of a second ago.
  if (working || sample.utilisation === null || sample.utilisation < busyUtilisation || users.some((process) => process.utilisation != null)) return null
  const largest = [...users].sort((one, other) => (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0))[0]
  return largest ? `${gpu.name} is in use (${percent(sample.utilisation)} of the card), most likely by ${shortName(largest.name)}.` : null
}

function isGameLike(process: GpuProcess): boolean {
  return (process.kind === 'graphics' || process.kind === 'both') && (process.memoryBytes ?? 0) >= gameBytes
}

function isNamed(processName: string, sign: string): boolean {
  return plainName(processName) === plainName(sign)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** Changes whenever there is something new to tell; a percentage or a temperature that moves is nothing new. */
export function keyOf(around: unknown): string {
  return JSON.stringify(around).replace(/\d+ (%|°C)/g, '$1')
}
