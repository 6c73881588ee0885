/** `idlewatt policy set`: changes rules, one or many at once; what does not fit changes nothing at all. */
import { blockProblems, blockWords } from '../../shared/schedule-blocks.ts'
import { isZone } from '../system/zone.ts'
import { defaultPolicySettings, quietProblem, type CardPolicy, type PolicyChange, type PolicySettings, type ScheduleBlock } from '../../shared/policy.ts'
import { readBlock } from './block-words.ts'
import type { Call } from './open-app.ts'
import { bullet, wrap } from './output.ts'
import type { PolicyFlags } from './policy.ts'
import { openPolicy, sayNotActing } from './policy-app.ts'
import { cardSpecs, programmeSpecs, readSetting, settingSpecs, settingText } from './setting-words.ts'
import { quoted, readText, readWholeNumber, WrongWords } from './words.ts'

/** `card` may come in place of the flag that all commands share. 0: done. Throws WrongWords, and NotPossible where it was refused. */
export async function set(call: Call, words: string[], flags: PolicyFlags): Promise<number> {
  const card = readCard(call, flags)
  const typedProgramme = flags.programme === undefined ? null : readText('--programme', flags.programme)
  if (card !== null && typedProgramme !== null) throw new WrongWords('--card and --programme exclude each other: change one after the other.')
  const of = card === null || (words.length === 0 && !flags.reset) ? (typedProgramme === null ? 'top' : 'programme') : 'card'
  const values = readAll(words, of)
  const added = (flags.add ?? []).map((text) => readBlock('--add', text, null))
  const removed = (flags.remove ?? []).map((text) => readWholeNumber('--remove', text, { min: 1, max: 100, unit: '' }))
  const [ignored, counted] = [(flags.ignore ?? []).map((one) => readText('--ignore', one)), (flags.count ?? []).map((one) => readText('--count', one))]
  if (flags.reset && (of === 'top' || words.length > 0)) throw new WrongWords(of === 'top' ? '--reset needs --card or --programme, to say of what.' : '--reset takes everything back: it goes with no KEY=VALUE.')
  if (removed.length > 0 && values['schedule'] !== undefined) throw new WrongWords('schedule=none takes every block away: leave --remove out.')
  if (typedProgramme !== null && added.length + removed.length > 0) throw new WrongWords('Blocks of the schedule are for all cards, or with --card for one; they are not for a programme.')
  if (words.length + added.length + removed.length + ignored.length + counted.length === 0 && !flags.reset) throw new WrongWords('policy set needs what to set: idlewatt policy set idleAfterMinutes=5. `idlewatt policy` lists all settings.')
  if (typeof values['zone'] === 'string' && !isZone(values['zone'])) throw new WrongWords(`There is no time zone ${quoted(values['zone'])}. Names look like Europe/Berlin.`)

  const app = await openPolicy(call, 'acts')
  const gpuId = card === null ? null : await app.gpuId(card)
  const programme = typedProgramme === null ? null : await app.programme(typedProgramme)
  if (gpuId !== null && Array.isArray(values['programmes'])) values['programmes'] = await Promise.all(values['programmes'].map(async (one: string) => (await app.programme(one)).id))
  const before = (await app.state()).policy.settings
  // The words are wrong, as other words are that do not fit.
  const quiet = of === 'top' && (values['quietFrom'] !== undefined || values['quietTo'] !== undefined) ? quietProblem({ ...before, ...values }) : null
  if (quiet !== null) throw new WrongWords(quiet)
  const change: PolicyChange = of === 'top' ? { ...values } : {}
  if (of === 'card' && gpuId !== null) change.cards = { [gpuId]: flags.reset ? null : ({ may: null, maxTemperatureC: null, maxFan: null, programmes: null, ...before.cards[gpuId], ...values } as CardPolicy) }
  if (of === 'programme' && programme !== null) change.programmes = { [programme.id]: { ...before.programmes[programme.id], ...(flags.reset ? { may: null, priority: 0 } : values) } }
  if (added.length + removed.length > 0) change.schedule = [...without(values['schedule'] === undefined ? before.schedule : [], removed), ...added.map((block) => ({ ...block, gpuId }))]
  if (Object.keys(change).length > 0) await app.ask('policy.change', change)
  for (const name of ignored) await app.ask('policy.ignore', { name, isIgnored: true })
  for (const name of counted) await app.ask('policy.ignore', { name, isIgnored: false })

  const { policy } = await app.state()
  if (call.common.json) await call.terminal.document(policy)
  else await call.terminal.print(changedText(before, policy.settings))
  for (const problem of change.schedule === undefined ? [] : blockProblems(policy.settings.schedule)) call.terminal.say(bullet(problem))
  sayNotActing(call, app, policy)
  return 0
}

function readCard(call: Call, flags: PolicyFlags): string | null {
  const named = flags.card === undefined ? null : readText('--card', flags.card)
  if (named !== null && call.common.gpu !== null && named !== call.common.gpu) throw new WrongWords('--card and --gpu name two cards: leave one of them out.')
  return named ?? call.common.gpu
}

function readAll(words: string[], of: 'top' | 'card' | 'programme'): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const word of words) {
    const { key, value } = readSetting(word, of)
    if (Object.hasOwn(values, key)) throw new WrongWords(`${key} is set twice.`)
    values[key] = value
  }
  return values
}

function without(blocks: readonly ScheduleBlock[], removed: readonly number[]): ScheduleBlock[] {
  for (const no of removed) if (no > blocks.length) throw new WrongWords(blocks.length === 0 ? 'The schedule has no blocks to remove.' : `The schedule has ${blocks.length} block${blocks.length === 1 ? '' : 's'}; there is no block ${no}.`)
  return blocks.filter((_block, index) => !removed.includes(index + 1))
}

/** What is another than before, and what it was. Pure. */
export function changedText(before: PolicySettings, after: PolicySettings): string {
  const lines = Object.entries(settingSpecs).flatMap(([key, spec]) => {
    const [old, now] = [before, after].map((settings) => settingText(settings[key as keyof typeof settingSpecs], spec))
    return old === now ? [] : [wrap(`${key} is ${now ?? ''} now; it was ${old ?? ''}.`)]
  })
  if (JSON.stringify(before.schedule) !== JSON.stringify(after.schedule)) lines.push('The schedule is now:', ...scheduleLines(after.schedule))
  for (const id of new Set([...Object.keys(before.cards), ...Object.keys(after.cards)])) {
    if (JSON.stringify(before.cards[id]) !== JSON.stringify(after.cards[id])) lines.push(wrap(`Card ${id}: ${entryText(after.cards[id], cardSpecs)}.`))
  }
  for (const id of new Set([...Object.keys(before.programmes), ...Object.keys(after.programmes)])) {
    if (JSON.stringify(before.programmes[id]) !== JSON.stringify(after.programmes[id])) lines.push(wrap(`Programme ${id}: ${entryText(after.programmes[id], programmeSpecs)}.`))
  }
  return lines.length === 0 ? 'Nothing is another than before.' : lines.join('\n')
}

/** Numbered as --remove counts them. */
export function scheduleLines(schedule: readonly ScheduleBlock[]): string[] {
  return schedule.length === 0 ? ['- no blocks'] : schedule.map((block, index) => wrap(`${index + 1}. ${blockWords(block)}`, '  ').replace(/^ {2}/, ''))
}

export function entryText(entry: object | undefined, specs: Record<string, Parameters<typeof settingText>[1]>): string {
  const told = Object.entries(specs).flatMap(([key, spec]) => {
    const value = (entry as Record<string, unknown> | undefined)?.[key]
    return value === undefined || value === null || (key === 'priority' && value === 0) ? [] : [`${key} ${settingText(value, spec)}`]
  })
  return told.length === 0 ? 'as for all others' : told.join(', ')
}

export const isDefault = (key: keyof typeof settingSpecs, settings: PolicySettings): boolean => JSON.stringify(settings[key]) === JSON.stringify(defaultPolicySettings[key])
