/** Makes up days for measuring and testing the policy: people who come and go, games, heat, prices, jobs, sleep. The same seed gives the same day. Pure. */
import { generatedCards, generatedProgrammes, generatedPrices, generatedSettings } from './generate-machine.ts'
import { between, chance, pick, randomOf, whole, type Random } from './generate-random.ts'
import type { TraceFileInput } from './trace-format.ts'

type Change = TraceFileInput['changes'][number]
type Program = NonNullable<NonNullable<Change['cards']>[string]['programs']>[number]

export const dayMinutes = 1440
/** Ordinary days, and those of 23 and 25 hours. */
const days = [
  { zone: 'Europe/Berlin', from: '2026-02-11T00:00+01:00', to: '2026-02-12T00:00+01:00' },
  { zone: 'Europe/Berlin', from: '2026-03-29T00:00+01:00', to: '2026-03-30T00:00+02:00' },
  { zone: 'America/New_York', from: '2026-11-01T00:00-04:00', to: '2026-11-02T00:00-05:00' },
  { zone: 'Asia/Tokyo', from: '2026-06-05T00:00+09:00', to: '2026-06-06T00:00+09:00' },
  { zone: 'Australia/Lord_Howe', from: '2026-04-05T00:00+11:00', to: '2026-04-06T00:00+10:30' },
] as const

export function generateDay(seed: number): TraceFileInput {
  const random = randomOf(seed)
  const day = chance(random, 0.75) ? days[0] : pick(random, days)
  const minutes = (Date.parse(day.to) - Date.parse(day.from)) / 60_000
  const cards = generatedCards(random)
  const changes: Change[] = []
  const isHeadless = chance(random, 0.2)
  if (isHeadless) changes.push({ at: 0, machine: { attended: false } })
  else addPerson(random, minutes, cards.map(({ id }) => id), changes)
  addWeather(random, minutes, cards, changes)
  addTrouble(random, minutes, cards.map(({ id }) => id), isHeadless, changes)
  const at = (change: Change): number => Number(change.at)
  return {
    format: 'idlewatt-trace',
    version: 1,
    title: `Made-up day ${seed}`,
    source: `Made up by Idlewatt with the seed ${seed}.`,
    ...day,
    machine: { cards },
    settings: generatedSettings(random),
    prices: generatedPrices(random, minutes),
    programmes: generatedProgrammes(random, minutes, cards.map(({ id }) => id)),
    changes: changes.filter((change) => at(change) >= 0 && at(change) < minutes).sort((one, other) => at(one) - at(other)),
  }
}

/** Who comes up to six times a day, and is away in between; by chance plays, locks the screen, or only bumps the mouse. */
function addPerson(random: Random, minutes: number, ids: readonly string[], changes: Change[]): void {
  if (chance(random, 0.04)) changes.push({ at: 0, machine: { idle: 'unknown', locked: null } })
  const visits = whole(random, 0, 6)
  const isFlapping = chance(random, 0.04)
  let at = between(random, 0, minutes / (visits + 1))
  for (let visit = 0; visit < visits && at < minutes; visit += 1) {
    const length = Math.min(between(random, 2, 10) ** 2 * 1.6, minutes - at)
    addVisit(random, at, length, pick(random, ids), changes)
    at += length + between(random, 5, (2 * minutes) / (visits + 1))
  }
  // A mouse on a trembling desk.
  if (isFlapping) {
    const from = between(random, 0, minutes - 180)
    for (let minute = 0; minute < 150; minute += between(random, 0.7, 1.3)) changes.push({ at: from + minute, machine: { idle: 'touched' } })
  }
  for (let bump = whole(random, 0, 2); bump > 0; bump -= 1) changes.push({ at: between(random, 0, minutes), machine: { idle: 'touched' } })
}

function addVisit(random: Random, at: number, length: number, id: string, changes: Change[]): void {
  changes.push({ at, machine: { idle: 'active', locked: false } })
  for (let pause = at + between(random, 2, 20); pause < at + length - 3; pause += between(random, 4, 25)) {
    const short = chance(random, 0.93) ? between(random, 0.2, 2.8) : between(random, 3, 9)
    changes.push({ at: pause, machine: { idle: 'away' } }, { at: Math.min(pause + short, at + length - 0.5), machine: { idle: 'active' } })
    pause += short
  }
  changes.push({ at: at + length, machine: { idle: 'away' } })
  if (chance(random, 0.3)) changes.push({ at: at + length + 0.05, machine: { locked: true } })
  if (!chance(random, 0.5)) return
  const isGame = chance(random, 0.6)
  const name = isGame ? pick(random, ['eldenring.exe', 'cs2', 'factorio']) : pick(random, ['blender', 'python3', 'firefox'])
  const program: Program = { pid: whole(random, 2000, 60_000), name, utilisation: isGame ? between(random, 0.5, 1) : between(random, 0.01, 0.9), memoryMb: between(random, 100, 9000) }
  const from = at + length * between(random, 0, 0.4)
  // Some go on after their user has left, and some never end.
  const to = chance(random, 0.02) ? dayMinutes * 2 : from + length * between(random, 0.3, 1.4)
  changes.push({ at: from, cards: { [id]: { programs: chance(random, 0.03) ? manyPrograms(random, program) : [program] } } }, { at: to, cards: { [id]: { programs: [] } } })
  // The number comes back as another program, small and harmless.
  if (chance(random, 0.1)) changes.push({ at: to + 0.5, cards: { [id]: { programs: [{ ...program, name: 'updater', utilisation: 0.01, memoryMb: 40 }] } } })
  if (isGame && chance(random, 0.7)) changes.push({ at: from, machine: chance(random, 0.5) ? { fullScreen: name } : { gameMode: true } }, { at: to, machine: { fullScreen: false, gameMode: false } })
}

function manyPrograms(random: Random, first: Program): Program[] {
  return [first, ...Array.from({ length: 199 }, (_, index) => ({ pid: 70_000 + index, name: 'tab', utilisation: 0, memoryMb: between(random, 1, 3) }))]
}

/** Temperatures follow the day; some afternoons are too hot for a card. */
function addWeather(random: Random, minutes: number, cards: readonly { id: string }[], changes: Change[]): void {
  const wave = chance(random, 0.15) ? between(random, 16, 30) : between(random, 0, 8)
  for (let at = 0; at < minutes; at += 20) {
    const warmth = wave * Math.exp(-(((at / minutes - 0.65) / 0.12) ** 2))
    const readings = cards.map(({ id }, index): [string, { temperatureC: number; fan: number }] => [id, { temperatureC: Math.round((58 + index + warmth) * 10) / 10, fan: Math.min(1, Math.round((0.4 + warmth / 60) * 100) / 100) }])
    changes.push({ at, cards: Object.fromEntries(readings) })
  }
}

/** What now and then comes between: battery, sleep, a clock that is set, a card that is measured or gone, a wish. */
function addTrouble(random: Random, minutes: number, ids: readonly string[], isHeadless: boolean, changes: Change[]): void {
  const during = (share: number, shortest: number, longest: number, begins: Omit<Change, 'at'>, ends: Omit<Change, 'at'>): void => {
    if (!chance(random, share)) return
    const at = between(random, 0, minutes)
    changes.push({ at, ...begins }, { at: at + between(random, shortest, longest), ...ends })
  }
  const card = pick(random, ids)
  during(0.08, 1, 180, { machine: { onBattery: true, charge: 0.8 } }, { machine: { onBattery: false } })
  during(0.05, 1, 60, { machine: { lidClosed: true } }, { machine: { lidClosed: false } })
  during(0.05, 5, 300, { machine: { metered: true } }, { machine: { metered: null } })
  during(0.03, 1, 120, { machine: { diskFreeGb: 2 } }, { machine: { diskFreeGb: 300 } })
  during(0.06, 0.3, 15, { cards: { [card]: { isMeasured: true } } }, { cards: { [card]: { isMeasured: false } } })
  during(0.04, 0.3, 20, { cards: { [card]: { silent: 'no answer' } } }, { cards: { [card]: { silent: null } } })
  during(0.02, 1, 200, { cards: { [card]: { isHere: false } } }, { cards: { [card]: { isHere: true } } })
  if (!isHeadless) during(0.05, 0.3, 90, { machine: { idle: 'unknown' } }, { machine: { idle: 'away' } })
  if (chance(random, 0.15)) {
    const at = between(random, 0, minutes)
    const wakesAt = at + between(random, 0.2, 400)
    if (wakesAt < minutes) changes.push({ at, sleep: chance(random, 0.7) ? true : 'sudden' }, { at: wakesAt, sleep: false, ...(isHeadless || chance(random, 0.3) ? {} : { machine: { idle: 'touched' as const } }) })
  }
  if (chance(random, 0.06)) changes.push({ at: between(random, 0, minutes), clockJumpMinutes: pick(random, [-60, 60, -5, 24 * 60]) })
  if (chance(random, 0.1)) changes.push({ at: between(random, 0, minutes), says: { kind: pick(random, ['pause', 'run-now']), minutes: whole(random, 10, 180), card: chance(random, 0.3) ? card : null } })
}
