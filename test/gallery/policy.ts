/** Hand-made policies in every shape: running, stopped for a game, paused, unknown, not acting, of one card and of sixteen; and what the Policy page is answered with. Typed by the contract. */
import { ruleIds, type Because, type Decision, type Explanation, type PolicyCard, type PolicyMachine, type PolicyProgramme, type PolicyState, type ProgramOnCard, type RuleVerdict, type Sensed, type Simulation, type WeekHour, type WeekOutlook } from '../../shared/policy-state.ts'
import { defaultPolicySettings, policySettingsSchema, type PolicyChange, type PolicySettings, type RunMode } from '../../shared/policy.ts'
import type { Source } from '../../shared/network.ts'
import { requests, type Reply } from '../../shared/requests.ts'

/** The gallery's "now", as in parts.ts. */
const now = Date.parse('2026-11-23T10:15:00Z')
const minute = 60_000
const hour = 60 * minute
const docs: Source = { url: 'https://docs.example.org/host/uptime', date: '2026-08-20' }
const card0 = 'GPU-00000000'
const gb = 1e9

function told<T>(value: T, how: string, ago = 800): Sensed<T> {
  return { value, how, at: now - ago }
}
function untold<T>(why: string): Sensed<T> {
  return { value: null, why, at: now - 800 }
}

export const machineRead: PolicyMachine = {
  idleMs: told(12_000, 'GNOME (Mutter) tells when keys and pointer were used last.'),
  isAttended: told(true, 'logind: session 3 of ada on seat0.'),
  isLocked: told(false, 'logind says that the session is not locked.'),
  fullScreen: told<string | false>(false, 'X11: the window in front does not fill its screen.'),
  gameMode: told(false, 'GameMode has no game at the moment.'),
  onBattery: told(false, 'This machine has no battery.'),
  charge: untold('This machine has no battery.'),
  isLidClosed: untold('This machine has no lid.'),
  isMetered: told(false, 'NetworkManager: not metered.'),
  trafficTodayBytes: told(3.42 * gb, 'Counters of all interfaces but loopback, since midnight.'),
  diskFreeBytes: told(812 * gb, 'Read of the data folder’s disk.', 14_000),
  processorLoad: told(0.07, 'Time of all processor threads over 5 s.'),
  isGoingToSleep: false,
}
const wayland = 'On this Wayland desktop nothing tells: neither Mutter, nor a screen saver, nor logind answers.'
export const machineUnknown: PolicyMachine = { ...machineRead, idleMs: untold(wayland), isAttended: untold('logind does not answer.'), isLocked: untold('logind does not answer.'), fullScreen: untold('A Wayland desktop tells no other program what fills the screen.'), gameMode: untold('The session bus does not answer.'), isMetered: untold('NetworkManager does not answer.'), processorLoad: untold('Not read yet.') }

export function onCard(over: Partial<ProgramOnCard> = {}): ProgramOnCard {
  return { pid: 9120, name: 'blender', startedAt: now - 9 * minute, memoryBytes: 6.1 * gb, utilisation: 0.43, whose: 'stranger', confidence: 'high', why: 'Neither Idlewatt nor anything that it started is among its parents.', ...over }
}
const ours = onCard({ pid: 48_240, name: 'north-worker', memoryBytes: 11.2 * gb, utilisation: 0.91, whose: 'ours', why: 'Its parent is our launcher (48211).' })
const desktop = onCard({ pid: 2210, name: 'gnome-shell', memoryBytes: 0.21 * gb, utilisation: 0.02, whose: 'desktop', confidence: 'medium', why: 'Every desktop of this kind draws with it.' })
const ignored = onCard({ pid: 3302, name: 'obs', memoryBytes: 0.4 * gb, utilisation: 0.04, whose: 'ignored', why: 'You said that it never counts.' })

export function policyCard(gpuId = card0, over: Partial<PolicyCard> = {}): PolicyCard {
  return { gpuId, name: 'GeForce RTX 4090', model: 'GeForce RTX 4090', isHere: true, silent: null, drivesDisplay: told(gpuId === card0, 'the driver'), temperatureC: 41, slowdownC: 88, fan: 0.3, utilisation: 0.04, memoryUsedBytes: 1.3 * gb, programs: [desktop], listedBy: [], isMeasured: false, at: now - 900, ...over }
}

export const uptimeDemands: PolicyProgramme['demands'] = {
  cards: 'all', exclusive: 'card', exclusiveWhy: 'other load on a listed card is punished', exclusiveSource: docs, ceilings: [{ models: null, gpu: 0.05, processor: 0.2, source: docs }],
  uptime: { share: 0.99, offlineMinutesADay: 30, rewardsAfterHours: 5, sentence: '99 % of the time; rewards begin after five hours without a break', source: docs }, interruption: 'punished', startMinutes: 2, startWhy: 'assumed',
}
const freeDemands: PolicyProgramme['demands'] = { ...uptimeDemands, exclusive: 'free', ceilings: [], uptime: null, interruption: 'free' }

export function known(programmeId: string, title: string, gpuIds: string[], over: Partial<PolicyState['programmes'][number]> = {}): PolicyState['programmes'][number] {
  return { programmeId, title, gpuIds, demands: freeDemands, worth: { grossUsdPerHour: { low: 0.08, expected: 0.19, high: 0.31 }, kwhPerHour: { low: 0.2, expected: 0.38, high: 0.45 } }, stopPrice: { sentence: 'Stopping now loses the job in progress (12 min so far).', usd: 0.04, finishMinutes: 12 }, ...over }
}

export function because(rule: Because['rule'], sentence: string, over: Partial<Because> = {}): Because {
  return { rule, sentence, since: now - 4 * minute, evidence: [], isForUser: false, ...over }
}
export function decision(programmeId: string, gpuId: string | null, over: Partial<Decision> = {}): Decision {
  return { gpuId, programmeId, do: 'run', because: [because('free', 'Nothing stands in its way.', { since: now - 50 * minute })], until: now + 7.75 * hour, untilWords: 'until 19:00, when nothing may run by the week', ...over }
}

export const busy = because('busy', '`blender` is using GeForce RTX 4090.', { evidence: ['blender: 43 % of the card, 6.1 GB of its memory'], program: { pid: 9120, name: 'blender' }, isForUser: true })
const here = because('user-here', 'You are at the machine.', { evidence: ['keyboard and mouse: 12 s ago (GNOME)'], isForUser: true })

/** A week with cheap nights, a dear evening, a negative noon on Sunday. */
export function prices(at: number): number {
  const local = new Date(at + hour)
  const [day, of] = [local.getUTCDay(), local.getUTCHours()]
  if (day === 0 && of >= 11 && of < 15) return -0.06
  if (of >= 17 && of < 21) return 0.47
  return of < 6 ? 0.19 : 0.31
}

export const weekSettings: PolicySettings = {
  ...defaultPolicySettings,
  schedule: [
    { days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00', may: 'always', gpuId: null },
    { days: [1, 2, 3, 4, 5], from: '19:00', to: '22:30', may: 'never', gpuId: null },
    { days: [6, 7], from: '00:00', to: '00:00', may: 'when-idle', gpuId: null },
    { days: [7], from: '10:15', to: '12:00', may: 'never', gpuId: card0 },
  ],
  quietFrom: '23:00', quietTo: '07:00', quietMaxFan: 0.4, ignoredPrograms: ['obs', 'steamwebhelper'], busyPrograms: ['resolve'], maxTemperatureC: 80, mostTrafficGb: 40,
  cards: { [card0]: { may: 'when-idle', maxTemperatureC: 76, maxFan: 0.7, programmes: null } },
  programmes: { 'north/provider': { isArmed: true, may: null, priority: 0 }, 'ember/worker': { isArmed: true, may: 'always', priority: 5 } },
}

export function policy(over: Partial<PolicyState> = {}): PolicyState {
  return {
    settings: defaultPolicySettings, notActing: null, sentence: 'No programme is set up, so there is nothing to run.', why: null, until: null, decisions: [], machine: machineRead, cards: [policyCard()], programmes: [], prices: [], zone: 'Europe/Berlin', keepsAwake: null, freed: [],
    shortcut: { keys: defaultPolicySettings.shortcut, isTaken: null, sentence: 'Only the desktop app has one.' }, canSleep: { sleeps: true, wakes: null, sentence: 'This machine can be put to sleep; whether it can be woken at a set time is not known.' }, madeAt: now - 900, ...over,
  }
}

/** Stopped for a program of the user's, with everything that the page can show. */
export const stoppedPolicy = policy({
  settings: weekSettings,
  sentence: 'Northcloud Provider has stopped: `blender` is using GeForce RTX 4090.', why: '`blender` has 43 % of the card and 6.1 GB of its memory.', until: null,
  decisions: [
    decision('north/provider', card0, { do: 'wait', because: [busy, here, because('schedule', 'Until 22:00 it may run only while nobody is there.')], until: null, untilWords: 'until `blender` ends or uses less, and 1 min of calm' }),
    decision('ember/worker', card0, { do: 'finish', because: [because('exclusive', 'Northcloud Provider goes first on this card.', { evidence: ['priority 0 against 5'] })], untilWords: 'until its work is done' }),
    decision('frame/rendering', card0, { do: 'wait', because: [because('observed', 'You start and stop it yourself: Idlewatt only looks at it.')], until: null, untilWords: '' }),
    decision('practice/worker', null, { until: null, untilWords: 'until you need the machine' }),
    decision('granite/host', card0, { do: 'wait', because: [because('not-set-up', 'It is not set up.')], until: null, untilWords: '' }),
  ],
  cards: [policyCard(card0, { temperatureC: 63, utilisation: 0.47, memoryUsedBytes: 7.4 * gb, programs: [onCard(), desktop, ignored, onCard({ pid: 9177, name: 'resolve', utilisation: 0.01, memoryBytes: 0.6 * gb, whose: 'listed', why: 'It is on your list of programs that always count.' })] })],
  programmes: [known('north/provider', 'Provider', [card0]), known('ember/worker', 'Worker', [card0], { demands: uptimeDemands }), known('frame/rendering', 'Rendering node', [card0], { worth: null }), known('practice/worker', 'Practice', [], { demands: { ...freeDemands, cards: 'none' }, worth: null, stopPrice: { sentence: 'Stopping costs nothing: this is practice.', usd: 0, finishMinutes: 0 } }), known('granite/host', 'Cloud host', [card0])],
  freed: [{ programmeId: 'north/provider', gpuId: card0, at: now - 4 * minute, afterMs: 2100, isOver: true, sentence: 'Its 11.2 GB of video memory were free again after 2.1 s.' }],
  keepsAwake: { since: now - 50 * minute, sentence: 'The machine is kept awake because Ember Worker finishes a paid job.' },
})

export const runningPolicy: PolicyState = { ...stoppedPolicy, sentence: 'Northcloud Provider runs on GeForce RTX 4090.', why: 'Nobody has used keyboard or mouse for 14 minutes.', until: now + 7.75 * hour, machine: { ...machineRead, idleMs: told(14 * minute, 'GNOME (Mutter) tells when keys and pointer were used last.') }, decisions: [decision('north/provider', card0)], cards: [policyCard(card0, { programs: [ours, desktop] })], freed: [] }

export const pausedPolicy: PolicyState = {
  ...stoppedPolicy, sentence: 'Everything is paused.', why: 'You asked for it.', until: now + 45 * minute, settings: { ...weekSettings, overrides: [{ id: 'p1', kind: 'pause', gpuId: null, programmeId: null, since: now - 15 * minute, until: now + 45 * minute, isFor: true }, { id: 'r1', kind: 'run-now', gpuId: null, programmeId: 'practice/worker', since: now - minute, until: now + 59 * minute, isFor: true }] },
  decisions: stoppedPolicy.decisions.map((one) => (one.because[0]?.rule === 'not-set-up' ? one : { ...one, do: 'wait' as const, because: [because('paused', 'You paused everything until 12:00.', { isForUser: true })], until: now + 45 * minute, untilWords: 'until 12:00' })),
}

export const unknownPolicy: PolicyState = { ...runningPolicy, machine: machineUnknown, sentence: 'Northcloud Provider waits: whether somebody is there is not known.', why: wayland, until: now + 6 * minute, decisions: [decision('north/provider', card0, { do: 'wait', because: [because('idle-unknown', 'Nothing tells whether you are there, so the card itself is judged by: it has been quiet for 4 of 10 minutes.')], until: now + 6 * minute, untilWords: 'in 6 min, if the card stays quiet' })], canSleep: { sleeps: null, wakes: null, sentence: 'Whether this machine can be put to sleep is not known: logind does not answer.' } }

export const recordedPolicy: PolicyState = { ...unknownPolicy, notActing: 'This is a recorded machine: nothing is started or stopped.', sentence: 'Northcloud Provider would wait.', why: 'A recorded machine has no user.', until: null }

/** Many cards: most do the same, some not; one holds two hundred programs. */
export function rigPolicy(count: number): PolicyState {
  const ids = Array.from({ length: count }, (_, n) => `GPU-0000000${n}`)
  const cards = ids.map((id, n) => policyCard(id, { name: n < 12 ? 'GeForce RTX 3080' : 'Radeon RX 7900 XTX', temperatureC: 48 + n * 2, programs: n === 3 ? Array.from({ length: 200 }, (_, i) => onCard({ pid: 7000 + i, name: `python3.${i % 7}`, utilisation: i / 4000, memoryBytes: (i + 1) * 1e7 })) : n % 4 === 0 ? [] : [ours], silent: n === 9 ? 'The driver gives no answer for this card.' : null }))
  return {
    ...runningPolicy, cards, settings: { ...weekSettings, schedule: [], cards: { [ids[5] ?? card0]: { may: 'never', maxTemperatureC: null, maxFan: null, programmes: null }, 'GPU-gone-1234': { may: 'never', maxTemperatureC: 70, maxFan: null, programmes: ['north/provider'] } } },
    sentence: `Northcloud Provider runs on ${count - 3} of ${count} cards; 3 wait.`, why: 'One is hot, one is never to work, and a program of yours is on one.', until: null,
    decisions: ids.map((id, n) => (n === 3 ? decision('north/provider', id, { do: 'stop', because: [{ ...busy, sentence: '`python3.6` and 199 other programs are on it.', program: { pid: 7199, name: 'python3.6' } }], until: null, untilWords: 'until they end or use less, and 1 min of calm' }) : n === 5 ? decision('north/provider', id, { do: 'wait', because: [because('card-never', 'You said: never this card.')], until: null, untilWords: 'until you change it' }) : n === 9 ? decision('north/provider', id, { do: 'wait', because: [because('driver-silent', 'The driver gives no answer for this card.')], until: null, untilWords: 'until it answers again' }) : decision('north/provider', id, { until: null, untilWords: '' }))),
    programmes: [known('north/provider', 'Provider', ids)],
  }
}

const titles: Partial<Record<RuleVerdict['rule'], string>> = { busy: 'A program of yours is on the card', 'user-here': 'Somebody is there', 'idle-unknown': 'Whether somebody is there is not known', schedule: 'The week', free: 'Nothing stands in its way', 'too-hot': 'The card is too hot', 'run-now': 'You said: run now', lid: 'The lid is closed' }

export function explanation(decided: Decision): Explanation {
  const deciding = decided.because[0]?.rule
  const rules = ruleIds.map((rule): RuleVerdict => {
    const said = decided.because.find((one) => one.rule === rule)
    const outcome = rule === deciding ? 'decides' : said ? 'holds' : rule === 'battery' || rule === 'lid' ? 'unknown' : rule === 'metered' ? 'overridden' : 'clear'
    return { rule, title: titles[rule] ?? rule.replaceAll('-', ' '), outcome, sentence: said?.sentence ?? (outcome === 'unknown' ? 'This machine has none.' : outcome === 'overridden' ? 'The network is metered, and you said: run now.' : 'It does not hold.') }
  })
  return { gpuId: decided.gpuId, programmeId: decided.programmeId, decision: decided, rules }
}

export function simulation(over: Partial<Simulation> = {}): Simulation {
  return {
    from: now, to: now + 168 * hour, zone: 'Europe/Berlin', hours: { total: 168, earning: 97.4, hindsightBest: 101.2 }, userDelayedSeconds: { max: 1, total: 14 }, interruptions: 9, starts: 12, earnedUsd: 18.51, spentUsd: 11.04,
    remarks: ['Prices are dated until Tuesday 23:00; from then on the weekly table stands in.', 'It is taken that nobody is there in the hours “when idle”.'],
    decisions: Array.from({ length: 74 }, (_, i) => ({ at: now + i * 2.2 * hour, gpuId: card0, programmeId: 'north/provider', do: i % 3 === 0 ? 'run' : i % 3 === 1 ? 'finish' : 'wait', because: i % 3 === 0 ? 'Nothing stands in its way.' : 'The block “never” begins at 19:00.', rule: i % 3 === 0 ? 'free' : 'schedule' }) as const), ...over,
  }
}

/** Of a settings' plan this fakes only what the page draws: prices, losses, quiet hours. */
export function outlook(over: Partial<WeekOutlook> = {}, hasPrices = true): WeekOutlook {
  const begin = now - (now % hour)
  const hours = Array.from({ length: 168 }, (_, i): WeekHour => {
    const from = begin + i * hour
    const price = prices(from)
    const of = new Date(from + hour).getUTCHours()
    const may: RunMode = of >= 19 && of < 22 ? 'never' : 'when-idle'
    return { from, to: from + hour, may, usdPerKwh: hasPrices ? price : null, how: hasPrices ? (i < 37 ? 'dated price' : 'weekly table; no dated price covers this hour') : null, netUsd: hasPrices ? 0.19 - price * 0.5 : null, isAtLoss: hasPrices && price > 0.4, isQuiet: of >= 23 || of < 7 }
  })
  return { zone: 'Europe/Berlin', hours, simulation: simulation(), now: 'It would go on waiting, because `blender` is using the card.', remarks: [], ...over }
}

/** Nothing is set up: what a programme that the machine could join would come to, its power not known. */
export const assumedOutlook = outlook({
  simulation: simulation({ hours: { total: 167, earning: 162, hindsightBest: 162 }, userDelayedSeconds: { max: 0, total: 0 }, interruptions: 0, starts: 1, spentUsd: null, decisions: [] }),
  now: 'Nothing would happen: no programme is set up. If Northcloud Provider were, it would start: Nothing is in the way.',
  remarks: ['No programme is set up: this is what Northcloud Provider would come to, which promises most of the 3 that this machine could join.'],
}, false)

/** How a gallery state answers what the Policy page asks. A sentence refuses; null: no answer comes. */
export interface PolicyAnswers {
  week?: WeekOutlook | string | null
  refuses?: string
}

const refused = (message: string): Reply<never> => ({ ok: false, failure: { code: 'not-possible', message } })
const never = new Promise<Reply<unknown>>(() => {})

/** null: it is no question about the policy. Inputs are held against the real schemas; `state`: the policy as the page has it now. */
export function answerPolicy(answers: PolicyAnswers, state: PolicyState, name: string, input: unknown): Reply<unknown> | Promise<Reply<unknown>> | null {
  if (!name.startsWith('policy.')) return null
  const read = requests[name as 'policy.change'].input.safeParse(input)
  if (!read.success) return { ok: false, failure: { code: 'bad-input', message: `The page asked wrongly: ${read.error.message}` } }
  if (name === 'policy.week') return answers.week === null ? never : typeof answers.week === 'string' ? refused(answers.week) : { ok: true, value: answers.week ?? outlook() }
  if (name === 'policy.explain') {
    const { programmeId, gpuId } = read.data as { programmeId?: string; gpuId?: string }
    return { ok: true, value: state.decisions.filter((one) => (programmeId === undefined || one.programmeId === programmeId) && (gpuId === undefined || one.gpuId === gpuId)).map(explanation) }
  }
  if (answers.refuses !== undefined) return refused(answers.refuses)
  const settings = changed(state.settings, name, read.data)
  return { ok: true, value: name === 'policy.ignore' && settings.ignoredPrograms.length > state.settings.ignoredPrograms.length ? { ...withoutProgram(state, (read.data as unknown as { name: string }).name), settings } : { ...state, settings } }
}

/** As the app would: merged entry by entry, overrides kept apart. */
function changed(settings: PolicySettings, name: string, input: unknown): PolicySettings {
  if (name === 'policy.override') {
    const { minutes, until, ...ask } = input as { kind: 'pause' | 'run-now'; minutes?: number; until?: number; gpuId: string | null; programmeId: string | null }
    return { ...settings, overrides: [...settings.overrides.filter((one) => one.kind !== ask.kind), { ...ask, id: `o${settings.overrides.length}`, since: now, until: until ?? (minutes === undefined ? null : now + minutes * minute), isFor: minutes !== undefined }] }
  }
  if (name === 'policy.resume') return { ...settings, overrides: settings.overrides.filter((one) => (input as { id: string | null }).id !== null && one.id !== (input as { id: string }).id) }
  if (name === 'policy.ignore') {
    const { name: program, isIgnored } = input as { name: string; isIgnored: boolean }
    return { ...settings, ignoredPrograms: isIgnored ? [...settings.ignoredPrograms, program] : settings.ignoredPrograms.filter((one) => one !== program) }
  }
  const { cards = {}, programmes = {}, ...plain } = input as PolicyChange
  const merged = (kept: Record<string, unknown>, next: Record<string, unknown>) => Object.fromEntries(Object.entries({ ...kept, ...next }).flatMap(([id, value]) => (value === null ? [] : [[id, { ...(kept[id] as object | undefined), ...(value as object) }]])))
  return policySettingsSchema.parse({ ...settings, ...plain, cards: merged(settings.cards, cards), programmes: merged(settings.programmes, programmes) })
}

function withoutProgram(state: PolicyState, name: string): PolicyState {
  return { ...state, decisions: state.decisions.map((one) => (one.because[0]?.program?.name === name ? { ...one, do: 'run', because: [because('free', 'Nothing stands in its way.')], untilWords: '' } : one)) }
}
