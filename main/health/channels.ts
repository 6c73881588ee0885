/** The ways to reach the owner: desktop, webhook, ntfy. Addresses and tokens are read afresh each time, since a terminal may change them. */
import { randomBytes, randomUUID } from 'node:crypto'
import { channelIds, type ChannelId, type ChannelStatus, type HealthMessage } from '../../shared/health.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Host, Secrets } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { readAddress, readTopic } from './address.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { sendNtfy, sendWebhook, type Letter, type Outcome } from './senders.ts'
import { urgency, type Telling } from './message.ts'

/** Names in the store of secrets. */
const names = { webhookUrl: 'webhook.url', signingSecret: 'webhook.signing-secret', ntfyUrl: 'ntfy.url', ntfyToken: 'ntfy.token' } as const

type RemoteId = Exclude<ChannelId, 'desktop'>
type Place = { id: 'webhook'; url: string; signingSecret: string } | { id: 'ntfy'; url: string; token: string | null }

export interface Channels {
  statuses(): ChannelStatus[]
  /** Hands it to every channel that is set up. false: there is none. */
  deliver(telling: Telling): boolean
  setWebhook(url: string): { signingSecret: string }
  setNtfy(where: { url: string; token: string | null }): void
  remove(channel: ChannelId): void
  test(channel: ChannelId): Promise<{ ok: boolean; sentence: string }>
  stop(): void
}

export interface ChannelsOptions {
  clock: Clock
  log: Log
  secrets: Secrets
  notify: Host['notify']
  settings(): Settings
  machineName: string
  onChange(): void
  /** Once for every telling that was delivered: true as soon as it arrives anywhere, false when no channel is left to try. */
  onSettled(telling: Telling, arrived: boolean): void
}

export function createChannels(options: ChannelsOptions): Channels {
  const { clock, log, secrets } = options
  /** With the address it was sent to: a terminal may have set another since. */
  const last: Partial<Record<ChannelId, { result: NonNullable<ChannelStatus['last']>; url: string | null } | null>> = {}
  const sentTo: Partial<Record<ChannelId, string>> = {}
  const onTheirWay = new Map<Telling, { left: number; arrived: boolean }>()
  const abort = new AbortController()
  const outboxes: Record<RemoteId, Outbox> = { webhook: newOutbox('webhook'), ntfy: newOutbox('ntfy') }

  function newOutbox(id: RemoteId): Outbox {
    return createOutbox({
      clock,
      send: (letter, signal) => sendOnce(id, letter, signal),
      onOutcome: (outcome) => noteOutcome(id, outcome),
      onSettled: settle,
    })
  }

  /** null: not set up. Throws NotPossible where the secrets cannot be read. */
  function placeOf(id: RemoteId): Place | null {
    const url = secrets.read(id === 'webhook' ? names.webhookUrl : names.ntfyUrl)
    if (url === null) return null
    if (id === 'ntfy') return { id, url, token: secrets.read(names.ntfyToken) }
    const signingSecret = secrets.read(names.signingSecret)
    return signingSecret === null ? null : { id, url, signingSecret }
  }

  /** Never rejects. null: not set up any more. */
  async function sendOnce(id: RemoteId, letter: Letter, signal: AbortSignal): Promise<Outcome | null> {
    try {
      const place = placeOf(id)
      if (place === null) return null
      sentTo[id] = place.url
      const outcome = await (place.id === 'webhook' ? sendWebhook(place, letter, clock.now(), signal) : sendNtfy(place, letter, signal))
      // Another address was set meanwhile, maybe by a terminal: the old one's "gone" must not remove it.
      return outcome.kind === 'gone' && placeOf(id)?.url !== place.url ? { kind: 'again', sentence: 'It goes to the new address now.', afterMs: null } : outcome
    } catch (error) {
      if (error instanceof NotPossible) return { kind: 'again', sentence: error.message, afterMs: null }
      // The message of the error may repeat the address or the secret.
      log.error('a message could not be made', { channel: id, error: error instanceof Error ? error.name : 'unknown' })
      return { kind: 'refused', sentence: 'Not sent: something went wrong inside Idlewatt. Set this way up again.' }
    }
  }

  function noteOutcome(id: ChannelId, outcome: Outcome): void {
    const ok = outcome.kind === 'delivered'
    last[id] = { result: { at: clock.now(), ok, sentence: outcome.sentence }, url: outcome.kind === 'gone' ? null : (sentTo[id] ?? null) }
    if (!ok) log.warn('a message did not go out', { channel: id, why: outcome.sentence })
    if (outcome.kind === 'gone') forget(id)
    options.onChange()
  }

  function settle(telling: Telling, arrived: boolean): void {
    const state = onTheirWay.get(telling)
    if (!state) return
    state.left -= 1
    if (state.left <= 0) onTheirWay.delete(telling)
    if (arrived && !state.arrived) options.onSettled(telling, true)
    state.arrived ||= arrived
    if (state.left <= 0 && !state.arrived) options.onSettled(telling, false)
    options.onChange()
  }

  function forget(id: ChannelId): void {
    try {
      for (const name of id === 'webhook' ? [names.webhookUrl, names.signingSecret] : id === 'ntfy' ? [names.ntfyUrl, names.ntfyToken] : []) secrets.write(name, null)
    } catch (error) {
      log.warn('a channel could not be removed', { channel: id, error: error instanceof NotPossible ? error.message : 'unknown' })
    }
  }

  function isDesktopOn(): boolean {
    return options.notify !== null && options.settings().notifyOnDesktop
  }

  function notifyDesktop(message: HealthMessage, isUrgent: boolean): Outcome {
    try {
      options.notify?.({ title: message.title, body: message.text, isUrgent })
      return { kind: 'delivered', sentence: 'Handed to the desktop. If nothing shows, look whether its notifications are switched off or silenced.' }
    } catch (error) {
      log.warn('the desktop took no notification', { error: error instanceof Error ? error.message : String(error) })
      return { kind: 'refused', sentence: 'The desktop took no notification.' }
    }
  }

  /** What another address answered says nothing of this one. */
  function lastOf(id: RemoteId, url: string | null): ChannelStatus['last'] {
    const known = last[id]
    return known && known.url === url ? known.result : null
  }

  /** What is in use now; a store of secrets that cannot be read is a status, not a fault. */
  function remoteStatus(id: RemoteId): ChannelStatus {
    const base = { id, waiting: outboxes[id].waiting() }
    try {
      const place = placeOf(id)
      return { ...base, last: lastOf(id, place?.url ?? null), isSetUp: place !== null, host: place === null ? null : (URL.parse(place.url)?.host ?? null), because: null }
    } catch (error) {
      return { ...base, last: last[id]?.result ?? null, isSetUp: false, host: null, because: error instanceof NotPossible ? error.message : 'The secrets cannot be read.' }
    }
  }

  function desktopStatus(): ChannelStatus {
    return {
      id: 'desktop',
      isSetUp: isDesktopOn(),
      host: null,
      because: options.notify === null ? 'This door has no desktop: only the desktop app can show notifications.' : null,
      last: last.desktop?.result ?? null,
      waiting: 0,
    }
  }

  return {
    statuses: () => channelIds.map((id) => (id === 'desktop' ? desktopStatus() : remoteStatus(id))),
    deliver(telling) {
      const remotes = (['webhook', 'ntfy'] as const).filter((id) => remoteStatus(id).isSetUp)
      const desktop = isDesktopOn()
      const count = remotes.length + (desktop ? 1 : 0)
      if (count === 0) return false
      onTheirWay.set(telling, { left: count, arrived: false })
      for (const id of remotes) outboxes[id].push(telling)
      if (desktop) {
        const outcome = notifyDesktop(telling.message, urgency(telling) === 'critical')
        noteOutcome('desktop', outcome)
        settle(telling, outcome.kind === 'delivered')
      }
      return true
    },
    setWebhook(url) {
      const address = readAddress(url, 'a webhook')
      // 256 random bits, written as the specification of Standard Webhooks says.
      const signingSecret = `whsec_${randomBytes(32).toString('base64')}`
      secrets.write(names.signingSecret, signingSecret)
      secrets.write(names.webhookUrl, address.href)
      last.webhook = null
      options.onChange()
      return { signingSecret }
    },
    setNtfy({ url, token }) {
      readTopic(url)
      const trimmed = token?.trim() ?? ''
      if (!/^[\x21-\x7e]*$/.test(trimmed)) throw new NotPossible('The access token holds characters that no token has. Copy it again, alone and on one line.')
      secrets.write(names.ntfyUrl, readAddress(url, 'ntfy').href)
      secrets.write(names.ntfyToken, trimmed === '' ? null : trimmed)
      last.ntfy = null
      options.onChange()
    },
    remove(channel) {
      if (channel === 'desktop') throw new NotPossible('Desktop notifications are switched off in the settings.')
      for (const name of channel === 'webhook' ? [names.webhookUrl, names.signingSecret] : [names.ntfyUrl, names.ntfyToken]) secrets.write(name, null)
      outboxes[channel].clear()
      last[channel] = null
      options.onChange()
    },
    async test(channel) {
      const message: HealthMessage = {
        kind: 'test',
        machine: options.machineName,
        at: clock.now(),
        title: 'Test from Idlewatt',
        text: `This is how ${options.machineName} will tell you when something is wrong. Nothing is wrong now.`,
        alert: null,
        alerts: [],
      }
      if (channel === 'desktop') {
        const status = desktopStatus()
        if (status.because !== null) return { ok: false, sentence: status.because }
      }
      const telling: Telling = { message, alerts: [] }
      const outcome = channel === 'desktop' ? notifyDesktop(message, false) : await sendOnce(channel, { id: `msg_${randomUUID()}`, telling }, abort.signal)
      if (outcome === null) return { ok: false, sentence: `${channel === 'webhook' ? 'No webhook' : 'ntfy'} is ${channel === 'webhook' ? '' : 'not '}set up.` }
      noteOutcome(channel, outcome)
      return { ok: outcome.kind === 'delivered', sentence: outcome.sentence }
    },
    stop() {
      abort.abort()
      for (const outbox of Object.values(outboxes)) outbox.stop()
      onTheirWay.clear()
    },
  }
}
