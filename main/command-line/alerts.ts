/** `idlewatt alerts`: what is wrong with the cards, and where the owner is told of it. Works beside a running app. */
import { readFileSync } from 'node:fs'
import { channelIds, type Alert, type ChannelId, type ChannelStatus } from '../../shared/health.ts'
import { holderOf, type Holder } from '../system/data-folder.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { dataFolderOf, makeDataFolder, openApp, sayNotices, type Call } from './open-app.ts'
import type { App } from '../app.ts'
import { bullet, drawTable, wrap } from './output.ts'
import { spanText, timeText } from './times.ts'
import { quoted, readOneOf, WrongWords } from './words.ts'

const words = ['list', 'test', 'set-webhook', 'set-ntfy', 'remove'] as const
type Word = (typeof words)[number]
/** How much of a file is looked at for a token or an address. */
const longestSecret = 4096

export interface AlertsFlags {
  tokenFile?: string
}

/** 0: done, nothing severe is open; 1: a warning or worse is open, or a message could not be sent. */
export async function alerts(call: Call, typed: readonly string[], flags: AlertsFlags): Promise<number> {
  const [first = 'list', value, ...more] = typed
  const word = words.find((one) => one === first)
  if (word === undefined) throw new WrongWords(`alerts knows no ${quoted(first)}; it knows: ${words.join(', ')}.`)
  refuseExtra(word, value, more, flags)
  if (word === 'list') return list(call)
  if (word === 'test') return test(call, value)
  if (word === 'remove') return remove(call, value)
  const text = value === '-' ? firstLine('stdin', 0) : (value ?? '')
  const token = flags.tokenFile === undefined ? null : firstLine(flags.tokenFile, flags.tokenFile)
  makeDataFolder(call)
  const app = openApp(call, 'command-line')
  if (word === 'set-webhook') {
    const { signingSecret } = await app.health.setWebhook(text)
    if (call.common.json) await call.terminal.document({ channel: 'webhook', signingSecret })
    else await call.terminal.print([wrap('The webhook is set. Its messages are signed (Standard Webhooks) with this secret, which is shown this once:'), signingSecret, '`idlewatt alerts test webhook` sends a message now.'].join('\n\n'))
  } else {
    await app.health.setNtfy({ url: text, token })
    if (call.common.json) await call.terminal.document({ channel: 'ntfy' })
    else await call.terminal.print('ntfy is set. `idlewatt alerts test ntfy` sends a message now.')
  }
  sayNotices(app, call.terminal, true)
  return 0
}

function refuseExtra(word: Word, value: string | undefined, more: readonly string[], flags: AlertsFlags): void {
  const takes = { list: null, test: 'a channel', 'set-webhook': 'an address', 'set-ntfy': 'the address of a topic', remove: 'a channel' }[word]
  const extra = takes === null ? value : more[0]
  if (extra !== undefined) throw new WrongWords(`alerts ${word} takes ${takes === null ? 'nothing more' : `one word, ${takes}`}; ${quoted(extra)} is one too many.`)
  if (value === undefined && takes !== null && word !== 'test') {
    const example = { 'set-webhook': 'https://example.org/hook', 'set-ntfy': 'https://ntfy.sh/my-topic', remove: 'webhook', list: '', test: '' }[word]
    throw new WrongWords(`alerts ${word} needs ${takes}: idlewatt alerts ${word} ${example}`)
  }
  if (flags.tokenFile !== undefined && word !== 'set-ntfy') throw new WrongWords('--token-file belongs to `alerts set-ntfy`.')
}

async function list(call: Call): Promise<number> {
  const app = openApp(call, 'command-line')
  const recorded = recordedAlone(call, app)
  const { open, ended } = alertsOf(app, recorded)
  const { channels, quietUntil } = app.store.read('health')
  const holder = holderOf(dataFolderOf(call.common))
  const watchedBy = holder !== null && holder.door !== 'command-line' ? { door: holder.door, pid: holder.pid, since: holder.since } : null
  sayNotices(app, call.terminal, true)
  if (call.common.json) await call.terminal.document({ open, ended, channels, quietUntil, watchedBy, ...(recorded.length > 0 ? { recorded } : {}) })
  else await call.terminal.print(alertsText({ open, ended, channels, watchedBy, recorded, now: Date.now() }))
  return open.some((alert) => alert.severity !== 'info') ? 1 : 0
}

/** Without --machine: the recordings that were watched with this data folder, where this machine itself never was. */
function recordedAlone(call: Call, app: App): string[] {
  const scopes = call.common.machine === null ? app.history.allCards().map(({ scope }) => scope) : []
  return scopes.includes(null) ? [] : [...new Set(scopes.filter((scope) => scope !== null))]
}

function alertsOf(app: App, recorded: readonly string[]): { open: Alert[]; ended: Alert[] } {
  if (recorded.length === 0) return app.history.alerts()
  const all = recorded.map((name) => app.history.alerts(name))
  return { open: all.flatMap(({ open }) => open), ended: all.flatMap(({ ended }) => ended).sort((one, other) => (other.until ?? 0) - (one.until ?? 0)) }
}

async function test(call: Call, typed: string | undefined): Promise<number> {
  const app = openApp(call, 'command-line')
  const channels = channelsOf(app)
  // The desktop is told of by the desktop app alone.
  const wanted = typed === undefined ? channels.filter((one) => one.isSetUp && one.because === null).map((one) => one.id) : [readOneOf('channel', typed, channelIds) as ChannelId]
  if (wanted.length === 0) throw new NotPossible('Nothing is set up to be tested: `idlewatt alerts set-webhook URL` or `idlewatt alerts set-ntfy URL`.')
  const results: { channel: ChannelId; ok: boolean; sentence: string }[] = []
  for (const channel of wanted) results.push({ channel, ...(await app.health.test(channel)) })
  if (call.common.json) await call.terminal.document({ results })
  else await call.terminal.print(results.map((one) => wrap(`${one.channel}: ${one.sentence}`)).join('\n'))
  return results.every((one) => one.ok) ? 0 : 1
}

async function remove(call: Call, typed: string | undefined): Promise<number> {
  const channel = readOneOf('channel', typed ?? '', channelIds.filter((id) => id !== 'desktop')) as ChannelId
  const app = openApp(call, 'command-line')
  const wasSetUp = channelsOf(app).find((one) => one.id === channel)?.isSetUp ?? true
  await app.health.remove(channel)
  const sentence = wasSetUp ? `${channel} is removed, and its address and secrets with it.` : `${channel} was not set up.`
  if (call.common.json) await call.terminal.document({ channel, removed: wasSetUp })
  else await call.terminal.print(sentence)
  return 0
}

function channelsOf(app: App): ChannelStatus[] {
  return app.store.read('health').channels
}

/** A token or address as a file or a pipe holds it: its first line. On a command line every user of the machine could read it. */
function firstLine(what: string, from: string | 0): string {
  let text: string
  try {
    text = readFileSync(from, 'utf8')
  } catch (error) {
    throw new NotPossible(`${what} cannot be read: ${fileErrorWords(error)}.`)
  }
  const line = text.replace(/^\uFEFF/, '').split(/\r?\n/)[0]?.trim() ?? ''
  if (line === '' || line.length > longestSecret) throw new NotPossible(`${what} holds ${line === '' ? 'nothing' : 'too much'} on its first line.`)
  return line
}

interface AlertsPicture {
  open: Alert[]
  ended: Alert[]
  channels: ChannelStatus[]
  watchedBy: Pick<Holder, 'door' | 'pid' | 'since'> | null
  /** Names of the recordings that the alerts are of; empty: of the machine that was asked for. */
  recorded?: readonly string[]
  now: number
}

export function alertsText({ open, ended, channels, watchedBy, recorded = [], now }: AlertsPicture): string {
  const watch = watchedBy === null ? 'Nothing keeps watch now, so this is how things stood last. `idlewatt serve` and the desktop app keep watch.' : `The ${watchedBy.door} door (process ${watchedBy.pid}) keeps watch since ${timeText(watchedBy.since)}.`
  const of = recorded.length === 0 ? [] : [wrap(`Of ${recorded.length === 1 ? 'the recorded machine' : 'the recorded machines'} ${recorded.map((name) => `"${name}"`).join(', ')}, the only one${recorded.length === 1 ? '' : 's'} watched with this data folder:`)]
  const parts = [...of, open.length === 0 ? 'No alerts are open.' : open.map((alert) => alertText(alert, now)).join('\n\n')]
  if (ended.length > 0) {
    const shown = ended.slice(0, 10)
    parts.push([`Ended (the newest ${shown.length} of ${ended.length}):`, ...shown.map((alert) => bullet(`${timeText(alert.until ?? alert.since)}  ${alert.gpuName === null ? '' : `${alert.gpuName}: `}${alert.title}; it lasted ${spanText((alert.until ?? alert.since) - alert.since)}.`))].join('\n'))
  }
  if (channels.length > 0) parts.push(drawTable([{ head: 'Told by' }, { head: 'To' }, { head: 'Last', flexible: true }], channels.map((one) => channelRow(one, watchedBy !== null))))
  parts.push(wrap(watch))
  return parts.join('\n\n')
}

function alertText(alert: Alert, now: number): string {
  const marks = { info: 'Note', warning: 'WARNING', critical: 'CRITICAL' }
  const last = alert.evidence.slice(-3).map((one) => `${timeText(one.at)} ${one.label} ${one.value}`)
  return [
    wrap(`${marks[alert.severity]}  ${alert.gpuName === null ? 'This machine' : `${alert.gpuName} (${alert.gpuId ?? ''})`}: ${alert.title}`),
    wrap(`${alert.sentence} ${alert.remedy}`.trim(), '  '),
    wrap(`Since ${timeText(alert.since)}, for ${spanText(now - alert.since)}; ${alert.toldAt === null ? 'not told yet' : `told at ${timeText(alert.toldAt)}`}.`, '  '),
    ...last.map((line) => `  ${line}`),
  ].join('\n')
}

/** `isElsewhere`: another process sends, and what it sent is its to tell. */
function channelRow(one: ChannelStatus, isElsewhere: boolean): string[] {
  const last = one.last === null ? (isElsewhere ? 'set up; its page tells what was sent' : 'nothing sent yet') : `${timeText(one.last.at)}: ${one.last.sentence}`
  if (one.because !== null) return [one.id, '', one.because]
  return [one.id, one.isSetUp ? (one.host ?? 'set up') : 'not set up', one.isSetUp ? `${last}${one.waiting > 0 ? ` ${one.waiting} waiting to be sent again.` : ''}` : '']
}
