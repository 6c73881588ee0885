/** The very words of a step: what is run, what the user runs himself, what is fetched and from where. Pure. */
import type { Platform } from '../../shared/machine.ts'
import type { CommandTemplate, SoftwareDefinition, StepAction, StepDefinition } from '../networks/network.ts'
import { namesIn } from '../system/fill-template.ts'

const toBeEntered = '(to be entered)'

/** With words in place of what is not known yet. */
export function shownValues(steps: readonly StepDefinition[], values: Record<string, string>): Record<string, string> {
  const open = Object.fromEntries(steps.flatMap((step) => step.fields.map((field) => [field.id, toBeEntered])))
  return { ...open, cards: '(the number of cards)', ...values }
}

/** Placeholders that are known are filled; others are braces of the text's own. */
export function shown(text: string, values: Record<string, string>): string {
  return text.replace(/\{([A-Za-z][\w-]*)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] as string) : whole))
}

/** The software's command on this system; null: it has none. */
export function commandOn(software: SoftwareDefinition | null, platform: Platform): CommandTemplate | null {
  return software === null ? null : (software.commandOn?.[platform] ?? software.command)
}

/** What the action runs; null: no command. */
export function commandOf(action: StepAction, software: SoftwareDefinition | null, platform: Platform): CommandTemplate | null {
  if (action.kind === 'command') return action.command
  return action.kind === 'start' ? commandOn(software, platform) : null
}

/** Of Idlewatt's own running: administrator rights and terminals are the user's, so such a command is shown for him to run. */
export function isByHand(action: StepAction): boolean {
  return action.kind === 'by-hand' || (action.kind === 'command' && (action.command.isElevated === true || action.command.needsTerminal === true))
}

/** One entry a word; null: nothing is run. */
export function wordsOf(step: StepDefinition, software: SoftwareDefinition | null, on: { platform: Platform; values: Record<string, string> }): string[] | null {
  if (isByHand(step.do)) return null
  const command = commandOf(step.do, software, on.platform)
  if (command !== null) return [command.program, ...command.args].map((word) => shown(word, on.values))
  if (step.do.kind === 'image') return step.do.archive === null ? ['docker', 'pull', step.do.reference] : ['docker', 'import', shown(step.do.archive, on.values), step.do.reference]
  const container = step.do.kind === 'start' ? software?.ownContainer : undefined
  return container === undefined ? null : containerWords(container)
}

/** As a person would type it. */
function containerWords(container: NonNullable<SoftwareDefinition['ownContainer']>): string[] {
  const labels = Object.entries(container.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`])
  return ['docker', 'run', '--detach', '--network', container.networkMode, ...labels, container.image, ...container.command]
}

/** "NAME=value"; a secret shows as what it is. */
export function environmentOf(step: StepDefinition, software: SoftwareDefinition | null, on: { platform: Platform; values: Record<string, string> }): string[] {
  const env = commandOf(step.do, software, on.platform)?.env ?? {}
  return Object.entries(env).map(([name, template]) => `${name}=${namesIn(template).some((field) => field.startsWith('secret:')) ? '(a stored secret, not shown)' : shown(template, on.values)}`)
}

/** For the user to copy into a terminal; null: nothing. */
export function byHandOf(action: StepAction, values: Record<string, string>): string | null {
  if (action.kind === 'by-hand') return shown(action.words, values) || null
  if (action.kind !== 'command' || !isByHand(action)) return null
  return [action.command.program, ...action.command.args].map((word) => quoted(shown(word, values))).join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]*$/.test(word.replaceAll(toBeEntered, '')) && word !== '' ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export function todoOf(action: StepAction): string[] {
  return action.kind === 'website' || action.kind === 'by-hand' ? action.todo : []
}

export function addressOf(action: StepAction): string | null {
  return action.kind === 'website' || action.kind === 'download' ? action.url : null
}

/** Runs, fetches or starts something here: only after the user has agreed to the report. */
export function needsConsent(action: StepAction): boolean {
  return ['download', 'command', 'image', 'start'].includes(action.kind) && !isByHand(action)
}

/** The hash as the user is told of it; null: nothing is downloaded. */
export function hashWords(step: StepDefinition): string | null {
  if (step.effects.hash !== null || step.do.kind !== 'download') return step.effects.hash
  if (step.do.sha256 !== null) return `SHA-256 ${step.do.sha256}`
  return 'The publisher gives none: the hash of the first download is remembered, and another one for the same version stops everything.'
}
