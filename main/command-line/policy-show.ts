/** `idlewatt policy show`: what runs this moment and why, what that was decided by, and every rule that is set. */
import { blockProblems, modeWords } from '../../shared/schedule-blocks.ts'
import type { Decision, Do, PolicyCard, PolicyMachine, PolicyState, ProgramOnCard, Sensed } from '../../shared/policy-state.ts'
import { momentWords } from '../system/moment-words.ts'
import { bullet, drawTable, memoryText, numberText, percentText, unknown, wrap } from './output.ts'
import type { Call } from './open-app.ts'
import { inForce, overrideWords } from './pause.ts'
import { openPolicy } from './policy-app.ts'
import { entryText, isDefault, scheduleLines } from './policy-set.ts'
import { cardSpecs, programmeSpecs, settingSpecs, settingText } from './setting-words.ts'
import { spanText } from './times.ts'

/** 0: said. `--gpu` leaves out what is of other cards. */
export async function show(call: Call): Promise<number> {
  const app = await openPolicy(call, 'looks')
  await app.read()
  const { policy } = await app.state()
  const gpuId = call.common.gpu === null ? null : await app.gpuId(call.common.gpu)
  const shown = gpuId === null ? policy : { ...policy, cards: policy.cards.filter((card) => card.gpuId === gpuId), decisions: policy.decisions.filter((one) => one.gpuId === gpuId) }
  if (call.common.json) await call.terminal.document(shown)
  else await call.terminal.print(policyText(shown, Date.now()))
  return 0
}

export const doWords: Record<Do, string> = { run: 'runs', finish: 'finishes', stop: 'stops', wait: 'waits' }
/** Where nothing acts. */
export const wouldWords: Record<Do, string> = { run: 'would run', finish: 'would finish', stop: 'would stop', wait: 'would wait' }
/** Of programs that everybody has on a card, in a terminal. */
const mostPrograms = 12

export function policyText(state: PolicyState, now: number): string {
  return [head(state, now), overrides(state, now), decisions(state, now), readings(state.machine, now), programs(state.cards), settings(state)].filter((part) => part !== '').join('\n\n')
}

function head({ sentence, why, until, notActing, keepsAwake, zone }: PolicyState, now: number): string {
  const end = until === null || until <= now ? [] : [`It may change at ${momentWords(until, now, zone)}, as far as is known.`]
  const sentences = [sentence, why, ...end, notActing, keepsAwake?.sentence ?? null].filter((one) => one !== null)
  // What keeps it from acting may be the reason for everything.
  return [...new Set(sentences)].map((one) => wrap(one)).join('\n')
}

function overrides(state: PolicyState, now: number): string {
  return inForce(state, now).map((one) => bullet(`You said: ${overrideWords(one, state, now)}. Taken back by: idlewatt resume ${one.id}`)).join('\n')
}

function decisions(state: PolicyState, now: number): string {
  // What was never set up would fill the table with the same sentence.
  const told = state.decisions.filter(({ because }) => because[0]?.rule !== 'not-set-up')
  const left = new Set(state.decisions.filter((one) => !told.includes(one)).map(({ programmeId }) => titleOf(state, programmeId)))
  const words = state.notActing === null ? doWords : wouldWords
  const table = told.length === 0 ? '' : drawTable(
    [{ head: 'Programme', flexible: true }, { head: 'Card', flexible: true }, { head: 'Does' }, { head: 'Why', flexible: true, least: 24 }, { head: 'Until', flexible: true }],
    told.map((one) => [titleOf(state, one.programmeId), one.gpuId === null ? unknown : cardName(state, one.gpuId), words[one.do], whyText(one), untilText(one, now, state.zone)]),
  )
  const rest = left.size === 0 ? '' : wrap(`Not set up: ${[...left].join(', ')}.`)
  return [table, rest].filter((part) => part !== '').join('\n\n')
}

export function whyText({ because }: Decision): string {
  const [first, ...more] = because
  return [first?.sentence ?? unknown, ...(first?.evidence ?? []), ...(more.length === 0 ? [] : [`And: ${more.map(({ sentence }) => sentence).join(' ')}`])].join('\n')
}

export function untilText({ until, untilWords }: Decision, now: number, zone: string): string {
  // It stands below that very word.
  return untilWords !== '' ? untilWords.replace(/^until /i, '') : until === null ? unknown : momentWords(until, now, zone)
}

export function titleOf({ programmes }: Pick<PolicyState, 'programmes'>, programmeId: string): string {
  return programmes.find((one) => one.programmeId === programmeId)?.title ?? programmeId
}

export function cardName({ cards }: Pick<PolicyState, 'cards'>, gpuId: string): string {
  const card = cards.find((one) => one.gpuId === gpuId)
  if (!card) return gpuId
  return cards.filter(({ name }) => name === card.name).length > 1 ? `${card.name}\n${gpuId}` : card.name
}

type Reading = [label: string, text: string, told: string]

function readings(machine: PolicyMachine, now: number): string {
  const said = <T>(label: string, sensed: Sensed<T>, text: (value: T) => string): Reading => (sensed.value === null ? [label, 'unknown', (sensed as { why: string }).why] : [label, text(sensed.value), (sensed as { how: string }).how])
  const yes = (value: boolean): string => (value ? 'yes' : 'no')
  const rows: Reading[] = [
    said('Last key or pointer', machine.idleMs, (ms) => `${spanText(ms + Math.max(0, now - machine.idleMs.at))} ago`),
    said('Somebody at a screen', machine.isAttended, yes),
    said('Locked', machine.isLocked, yes),
    said('Full screen', machine.fullScreen, (name) => (name === false ? 'no' : name === '' ? 'yes' : name)),
    said('GameMode', machine.gameMode, yes),
    said('On battery', machine.onBattery, yes),
    hasNoBattery(machine) ? ['Charge', 'none', machine.onBattery.how] : said('Charge', machine.charge, (share) => percentText(share)),
    said('Lid closed', machine.isLidClosed, yes),
    said('Metered network', machine.isMetered, yes),
    said('Traffic today', machine.trafficTodayBytes, (bytes) => `${numberText(bytes / 1e9)} GB`),
    said('Free on the disk', machine.diskFreeBytes, (bytes) => `${numberText(bytes / 1e9)} GB`),
    said('Processor', machine.processorLoad, (share) => percentText(share)),
  ]
  return drawTable([{ head: 'Read' }, { head: 'Now', flexible: true }, { head: 'How it was told, or why not', flexible: true, least: 30 }], rows)
}

/** That there is none is known, and no reading that failed: the charge is missing for the very reason for which it does not run on one. */
function hasNoBattery(machine: PolicyMachine): machine is PolicyMachine & { onBattery: { how: string } } {
  const { charge, onBattery } = machine
  return charge.value === null && onBattery.value === false && charge.why === onBattery.how
}

function programs(cards: PolicyCard[]): string {
  const rows = cards.flatMap((card) => card.programs.slice(0, mostPrograms).map((one) => [cardName({ cards }, card.gpuId), `${one.name} (${one.pid})`, one.utilisation === null ? unknown : percentText(one.utilisation), memoryText(one.memoryBytes), `${whoseWords[one.whose]}${one.confidence === 'high' ? '' : `, ${one.confidence} confidence`}`, one.why]))
  if (rows.length === 0) return ''
  const left = cards.reduce((sum, { programs: all }) => sum + Math.max(0, all.length - mostPrograms), 0)
  const table = drawTable([{ head: 'Card', flexible: true }, { head: 'Program on it', flexible: true }, { head: 'Load', align: 'right' }, { head: 'Memory', align: 'right' }, { head: 'Whose', flexible: true }, { head: 'Told by', flexible: true, least: 18 }], rows)
  return left === 0 ? table : `${table}\n${wrap(`${left} more programs are left out; --json has them.`)}`
}

const whoseWords: Record<ProgramOnCard['whose'], string> = { ours: 'of Idlewatt', desktop: 'the desktop', ignored: 'ignored by you', listed: 'on your list', stranger: 'a stranger' }

function settings({ settings: values, zone, cards, programmes }: PolicyState): string {
  const keys = Object.keys(settingSpecs) as (keyof typeof settingSpecs)[]
  const table = drawTable([{ head: 'Setting' }, { head: 'Value', flexible: true }, { head: 'What it is', flexible: true, least: 30 }], keys.map((key) => [`${key}${isDefault(key, values) ? '' : ' *'}`, settingText(values[key], settingSpecs[key]), settingSpecs[key].about]))
  const ofCards = Object.entries(values.cards).map(([id, entry]) => bullet(`Card ${cards.find(({ gpuId }) => gpuId === id)?.name ?? ''} (${id}): ${entryText(entry, cardSpecs)}.`))
  const ofProgrammes = Object.entries(values.programmes).map(([id, entry]) => bullet(`${titleOf({ programmes }, id)} (${id}): ${entry.isArmed ? 'is to run whenever it may' : 'runs only when you start it'}; ${entryText(entry, programmeSpecs)}.`))
  const outside = `Outside of them: ${modeWords[values.otherwise]}.`
  const schedule = [`Schedule (${zone}):`, ...scheduleLines(values.schedule), outside, ...blockProblems(values.schedule).map((one) => bullet(one))]
  return [schedule.join('\n'), [...ofCards, ...ofProgrammes].join('\n'), `${table}\n* changed by you`].filter((part) => part !== '').join('\n\n')
}
