/** Which picture the tray shows, and its words. Pure. */
import type { Override } from '../../shared/policy.ts'
import type { PolicyState } from '../../shared/policy-state.ts'
import type { ProviderPhase } from '../../shared/provider.ts'
import type { State } from '../../shared/state.ts'
import { momentWords } from '../system/moment-words.ts'

export type TrayState = Pick<State, 'policy' | 'programmes' | 'networks' | 'health'>

export const trayIcons = ['idle', 'earning', 'paused', 'attention'] as const
/** Each has a shape of its own, never a colour alone. `earning`: software runs, whether it is paid at this moment or not. */
export type TrayIcon = (typeof trayIcons)[number]

export interface TrayStatus {
  icon: TrayIcon
  /** A word or two. */
  title: string
  /** The title and the sentence, as long as Windows shows it. */
  tooltip: string
}

/** Software of these runs, or is about to. */
export const runningPhases: ReadonlySet<ProviderPhase> = new Set(['starting', 'running', 'finishing', 'stopping', 'stop-failed', 'waiting'])
/** Windows cuts a tooltip of a tray at 128 characters, its end among them. */
const longestTooltip = 127
/** A menu gets no wider than this many characters, and a text in it no longer than so many lines. */
const widest = 64
const mostLines = 3

export function trayStatus(state: TrayState, now: number): TrayStatus {
  const { icon, title } = look(state, now)
  return { icon, title, tooltip: shortened(`Idlewatt: ${title.charAt(0).toLowerCase()}${title.slice(1)}. ${state.policy.sentence}`, longestTooltip) }
}

function look({ policy, programmes, health }: TrayState, now: number): { icon: TrayIcon; title: string } {
  const { providers } = programmes
  if (providers.some(({ phase }) => phase === 'stop-failed')) return { icon: 'attention', title: 'A program will not end' }
  if (health.open.some(({ severity }) => severity === 'critical')) return { icon: 'attention', title: 'Something needs you' }
  if (providers.some(({ phase }) => phase === 'failed')) return { icon: 'attention', title: 'A program gave up' }
  const pause = pauseOfAll(policy, now)
  if (pause) return { icon: 'paused', title: pause.until === null ? 'Paused until you resume' : `Paused until ${momentWords(pause.until, now, policy.zone)}` }
  const running = providers.filter(({ phase }) => runningPhases.has(phase) && phase !== 'waiting')
  if (running.some(({ earning }) => earning === true)) return { icon: 'earning', title: 'Earning' }
  if (running.length > 0) return { icon: 'earning', title: 'Running' }
  if (overridesNow(policy, now).some(({ kind }) => kind === 'pause')) return { icon: 'paused', title: 'Partly paused' }
  return { icon: 'idle', title: 'Nothing runs' }
}

/** Those that hold now; what is for everything first. */
export function overridesNow(policy: PolicyState, now: number): Override[] {
  const width = ({ gpuId, programmeId }: Override): number => (gpuId === null ? 0 : 1) + (programmeId === null ? 0 : 2)
  return policy.settings.overrides.filter(({ until }) => until === null || until > now).sort((one, other) => width(one) - width(other))
}

/** The pause that is for every card and programme; null: there is none. */
export function pauseOfAll(policy: PolicyState, now: number): Override | null {
  return overridesNow(policy, now).find(({ kind, gpuId, programmeId }) => kind === 'pause' && gpuId === null && programmeId === null) ?? null
}

/** With its network in front where its own title does not say it. */
export function programmeTitle(programmeId: string, { networks, programmes }: Pick<State, 'networks' | 'programmes'>): string {
  const found = [...programmes.practice, ...networks.programmes].find(({ id }) => id === programmeId)
  if (!found) return programmeId
  return found.title.toLowerCase().startsWith(found.networkTitle.toLowerCase()) ? found.title : `${found.networkTitle}: ${found.title}`
}

/** " (Ctrl+Alt+G)", where they are ours. */
export function keysText({ shortcut }: PolicyState): string {
  return shortcut.keys === null || shortcut.isTaken !== false ? '' : ` (${readableKeys(shortcut.keys)})`
}

/** As people write keys, from how Electron does. */
export function readableKeys(keys: string, platform: string = process.platform): string {
  const isMac = platform === 'darwin'
  const names: Record<string, string> = { commandorcontrol: isMac ? 'Cmd' : 'Ctrl', cmdorctrl: isMac ? 'Cmd' : 'Ctrl', command: 'Cmd', control: 'Ctrl', option: 'Option', alt: isMac ? 'Option' : 'Alt', super: isMac ? 'Cmd' : 'Super', meta: isMac ? 'Cmd' : 'Super' }
  return keys
    .split('+')
    .map((key) => names[key.toLowerCase()] ?? key)
    .join('+')
}

/** Lines as a menu takes them. */
export function brokenUp(sentence: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of sentence.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && line.length + 1 + word.length > widest) {
      lines.push(line)
      line = ''
    }
    line = shortened(line === '' ? word : `${line} ${word}`, widest)
  }
  if (line !== '') lines.push(line)
  return lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), shortened(`${lines[mostLines - 1] ?? ''} …`, widest)]
}

function shortened(text: string, most: number): string {
  const letters = [...text]
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`
}
