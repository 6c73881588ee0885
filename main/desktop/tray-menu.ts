/** The menu in the tray: what is decided and why, pause, run now, stop and what that costs. Pure. */
import type { Override } from '../../shared/policy.ts'
import type { PolicyState } from '../../shared/policy-state.ts'
import type { ProviderState } from '../../shared/provider.ts'
import type { RequestInput } from '../../shared/requests.ts'
import { momentWords, tonight } from '../system/moment-words.ts'
import { brokenUp, keysText, overridesNow, pauseOfAll, programmeTitle, runningPhases, type TrayState } from './tray-words.ts'

type Asked = 'policy.override' | 'policy.resume' | 'provider.stop' | 'provider.finish'
/** What a click does. `need-card`: "I need my GPU". */
export type TrayAct = { [Name in Asked]: { kind: 'ask'; name: Name; input: RequestInput<Name> } }[Asked] | { kind: 'need-card' } | { kind: 'open' } | { kind: 'quit' }
export type TrayEntry =
  | { kind: 'line' }
  /** Cannot be clicked. */
  | { kind: 'text'; label: string }
  | { kind: 'do'; label: string; act: TrayAct }
  | { kind: 'menu'; label: string; entries: TrayEntry[] }

const line: TrayEntry = { kind: 'line' }
/** More would not fit a menu; the window has them all. */
const mostShown = 6

export function trayMenu(state: TrayState, now: number): TrayEntry[] {
  const { policy } = state
  const isSetUp = state.programmes.providers.some(({ phase }) => phase !== 'not-set-up')
  return [
    ...statusLines(policy, now),
    line,
    ...(isSetUp ? [...pauses(policy, now), line, ...stops(state), ...(policy.keepsAwake ? [...texts(policy.keepsAwake.sentence), line] : [])] : [{ kind: 'text', label: 'No programme is set up yet' } as const, line]),
    { kind: 'do', label: 'Open Idlewatt', act: { kind: 'open' } },
    { kind: 'do', label: quitLabel(state), act: { kind: 'quit' } },
  ]
}

function statusLines(policy: PolicyState, now: number): TrayEntry[] {
  const until = policy.until === null || policy.until <= now ? null : `Until ${momentWords(policy.until, now, policy.zone)}, as far as is known`
  // What keeps it from acting may be the reason for everything.
  return [...new Set([policy.sentence, policy.why, until, policy.notActing].filter((one) => one !== null))].flatMap(texts)
}

function pauses(policy: PolicyState, now: number): TrayEntry[] {
  const held = overridesNow(policy, now)
  const isPaused = pauseOfAll(policy, now) !== null
  const needs: TrayEntry = { kind: 'do', label: `I need my GPU: pause for 1 h${keysText(policy)}`, act: { kind: 'need-card' } }
  const back = held.slice(0, mostShown).map((override): TrayEntry => ({ kind: 'do', label: backLabel(override, policy, now), act: { kind: 'ask', name: 'policy.resume', input: { id: override.id } } }))
  const midnight = tonight(now, policy.zone)
  return [
    ...back,
    needs,
    pauseFor('Pause for 1 h', { minutes: 60 }),
    pauseFor(`Pause until tonight (${momentWords(midnight, now, policy.zone)})`, { until: midnight }),
    pauseFor('Pause until I resume', {}),
    ...(isPaused ? [] : [{ kind: 'do', label: 'Run now for 1 h, even while I am here', act: { kind: 'ask', name: 'policy.override', input: { kind: 'run-now', minutes: 60 } } } as const]),
  ]
}

function pauseFor(label: string, length: { minutes?: number; until?: number }): TrayEntry {
  return { kind: 'do', label, act: { kind: 'ask', name: 'policy.override', input: { kind: 'pause', ...length } } }
}

function backLabel({ kind, gpuId, programmeId, until }: Override, policy: PolicyState, now: number): string {
  const card = gpuId === null ? null : cardText(gpuId, policy)
  const programme = programmeId === null ? null : (policy.programmes.find((one) => one.programmeId === programmeId)?.title ?? programmeId)
  const about = programme === null ? (card === null ? '' : `${card} `) : card === null ? `${programme} ` : `${programme} on ${card} `
  const end = until === null ? 'until you resume' : `until ${momentWords(until, now, policy.zone)}`
  return kind === 'pause' ? `Resume: ${about}${about === '' ? 'paused' : 'is paused'} ${end}` : `Back to the rules: ${about}${about === '' ? 'run' : 'is to run'} now ${end}`
}

/** "GeForce RTX 3090 #2" where several have its name. */
function cardText(gpuId: string, { cards }: PolicyState): string {
  const card = cards.find((one) => one.gpuId === gpuId)
  if (!card) return gpuId
  const alike = cards.filter(({ name }) => name === card.name)
  return alike.length > 1 ? `${card.name} #${alike.indexOf(card) + 1}` : card.name
}

function stops(state: TrayState): TrayEntry[] {
  const running = state.programmes.providers.filter(({ kind, phase, can }) => kind === 'managed' && runningPhases.has(phase) && (can.stop || phase === 'stopping'))
  if (running.length === 0) return []
  const more = running.length - mostShown
  return [...running.slice(0, mostShown).map((one) => stopMenu(one, state)), ...(more > 0 ? [{ kind: 'text', label: `and ${more} more, in the window` } as const] : []), line]
}

function stopMenu(provider: ProviderState, state: TrayState): TrayEntry {
  const { programmeId, phase, can } = provider
  const title = programmeTitle(programmeId, state)
  if (phase === 'stopping') return { kind: 'text', label: `${title} is being stopped` }
  const price = state.policy.programmes.find((one) => one.programmeId === programmeId)?.stopPrice ?? null
  const wait = price?.finishMinutes === null || price?.finishMinutes === undefined || price.finishMinutes < 1 ? '' : ` (about ${Math.round(price.finishMinutes)} min)`
  const finish: TrayEntry[] = can.finish ? [{ kind: 'do', label: `Finish its work, then stop${wait}`, act: { kind: 'ask', name: 'provider.finish', input: { programmeId } } }] : []
  return {
    kind: 'menu',
    label: `Stop ${title} (${costText(price)})`,
    entries: [
      ...texts(price === null || price.sentence === '' ? 'What stopping costs is not known.' : price.sentence),
      line,
      ...finish,
      { kind: 'do', label: `Stop now (${costText(price)})`, act: { kind: 'ask', name: 'provider.stop', input: { programmeId } } },
      { kind: 'text', label: 'It is not started again until you start it' },
    ],
  }
}

function costText(price: { sentence: string; usd: number | null } | null): string {
  if (price === null || price.sentence === '') return 'cost not known'
  if (price.usd === null) return 'see what it costs'
  return price.usd <= 0 ? 'costs nothing' : price.usd < 0.01 ? 'costs less than 0.01 USD' : `costs about ${price.usd.toFixed(2)} USD`
}

function quitLabel({ programmes }: TrayState): string {
  const left = programmes.providers.filter(({ kind, phase }) => kind === 'managed' && runningPhases.has(phase)).length
  if (left === 0) return 'Quit Idlewatt'
  return left === 1 ? 'Quit Idlewatt (1 programme runs on, and nothing stops it for you)' : `Quit Idlewatt (${left} programmes run on, and nothing stops them for you)`
}

function texts(sentence: string): TrayEntry[] {
  return brokenUp(sentence).map((label) => ({ kind: 'text', label }))
}
