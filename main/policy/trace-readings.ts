/** What the policy would read at a moment of a trace. Pure. */
import type { PolicyCard, PolicyMachine, PolicyProgramme, ProgramOnCard, Sensed, Whose } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import { isDesktopProgram, isLauncher, plainName } from '../system/desktop-programs.ts'
import type { TraceProgram } from './trace-format.ts'
import type { World, WorldCard } from './trace-world.ts'
import type { Trace } from './trace.ts'

const how = 'the trace'

export function whoseOf({ name, whose }: Pick<TraceProgram, 'name' | 'whose'>, settings: Pick<PolicySettings, 'busyPrograms' | 'ignoredPrograms'>): Whose {
  const isOne = (names: readonly string[]): boolean => names.length > 0 && names.some((one) => plainName(one) === plainName(name))
  if (isOne(settings.busyPrograms)) return 'listed'
  if (isOne(settings.ignoredPrograms)) return 'ignored'
  return whose ?? (isDesktopProgram(name) || isLauncher(name) ? 'desktop' : 'stranger')
}

/** `at`: by a clock that is right; readings carry the machine's own time. */
export function machineOf(world: World, at: number, isGoingToSleep: boolean): PolicyMachine {
  const wall = at + world.clockOffMs
  const told = <T>(value: T | null): Sensed<T> => (value === null ? { value: null, why: 'The trace does not tell it.', at: wall } : { value, how, at: wall })
  return {
    idleMs: told(world.idle === 'unknown' ? null : world.idle === 'active' ? 0 : at - world.lastInputAt),
    isAttended: told(world.attended),
    isLocked: told(world.locked),
    fullScreen: told<string | false>(world.fullScreen),
    gameMode: told(world.gameMode),
    onBattery: told(world.onBattery),
    charge: told(world.charge),
    isLidClosed: told(world.lidClosed),
    isMetered: told(world.metered),
    trafficTodayBytes: told(world.trafficGb === null ? null : world.trafficGb * 1e9),
    diskFreeBytes: told(world.diskFreeGb === null ? null : world.diskFreeGb * 1e9),
    processorLoad: told(world.processorLoad),
    isGoingToSleep,
  }
}

/** `ours`: software of ours that is on a card now. */
export function cardsOf(trace: Trace, world: World, at: number, ours: readonly PolicyProgramme[]): PolicyCard[] {
  const wall = at + world.clockOffMs
  return trace.cards.map((facts): PolicyCard => {
    const card = world.cards.get(facts.id) as WorldCard
    const programs = programsOf(card.programs, world.settings)
    ours.forEach((programme, n) => {
      if (programme.gpuIds.includes(facts.id)) programs.push({ pid: 1_000_000 + n, name: programme.programmeId, startedAt: programme.since, memoryBytes: 2e9, utilisation: programme.phase === 'starting' ? 0.1 : 0.97, whose: 'ours', confidence: 'high', why: 'Idlewatt started it.' })
    })
    return {
      gpuId: facts.id,
      name: facts.name,
      model: facts.model,
      isHere: card.isHere,
      silent: card.silent,
      drivesDisplay: facts.drivesDisplay === null ? { value: null, why: 'The trace does not tell it.', at: wall } : { value: facts.drivesDisplay, how, at: wall },
      temperatureC: card.temperatureC,
      slowdownC: facts.slowdownC,
      fan: card.fan,
      utilisation: Math.min(1, programs.reduce((sum, { utilisation }) => sum + (utilisation ?? 0), 0)),
      memoryUsedBytes: programs.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 300e6),
      programs,
      listedBy: [...card.listedBy],
      isMeasured: card.isMeasured,
      at: wall,
    }
  })
}

function programsOf(programs: readonly TraceProgram[], settings: PolicySettings): ProgramOnCard[] {
  return programs.map((program) => ({
    pid: program.pid,
    name: program.name,
    startedAt: null,
    memoryBytes: program.memoryMb === null ? null : program.memoryMb * 1e6,
    utilisation: program.utilisation,
    whose: whoseOf(program, settings),
    confidence: program.whose === undefined ? 'medium' : 'high',
    why: program.whose === undefined ? 'By its name.' : 'So it stands in the trace.',
  }))
}
