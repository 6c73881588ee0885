/** How one message goes out by webhook (Standard Webhooks) and by ntfy, and what the answers mean. */
import type { AlertSeverity } from '../../shared/health.ts'
import { post, type PostAnswer } from '../system/http.ts'
import { readAddress, readTopic } from './address.ts'
import { urgency, type Telling } from './message.ts'

const timeoutMs = 10_000
/** ntfy makes a file of anything longer. */
const ntfyMostBytes = 4000

export interface Letter {
  /** The same however often it is tried, so that a receiver can tell a second copy. */
  id: string
  telling: Telling
}

/** `again`: worth trying again. `refused`: this message never will be taken. `gone`: the receiver wants no more of them. */
export type Outcome = { kind: 'delivered' | 'refused' | 'gone'; sentence: string } | { kind: 'again'; sentence: string; afterMs: number | null }

export interface WebhookPlace {
  url: string
  signingSecret: string
}

export interface NtfyPlace {
  url: string
  token: string | null
}

/** The body is the message, with `type` and `timestamp` as the specification recommends. `now`: ms since epoch. */
export async function sendWebhook(place: WebhookPlace, letter: Letter, now: number, signal: AbortSignal): Promise<Outcome> {
  // Loaded with the first message: it costs every start about 15 ms and 5 MB, and most owners have no webhook.
  const { Webhook } = await import('standardwebhooks')
  const { message } = letter.telling
  const body = JSON.stringify({ type: `health.${message.kind}`, timestamp: new Date(message.at).toISOString(), ...message })
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'Idlewatt',
    'webhook-id': letter.id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': new Webhook(place.signingSecret).sign(letter.id, new Date(now), body),
  }
  return outcomeOf(await post({ url: readAddress(place.url, 'a webhook'), headers, body, timeoutMs, signal }))
}

const ntfyPriority: Record<AlertSeverity, number> = { info: 3, warning: 4, critical: 5 }
/** ntfy draws these as pictures. */
const ntfyTag: Record<AlertSeverity, string> = { info: 'information_source', warning: 'warning', critical: 'rotating_light' }

export async function sendNtfy(place: NtfyPlace, letter: Letter, signal: AbortSignal): Promise<Outcome> {
  const { server, topic } = readTopic(place.url)
  const { message } = letter.telling
  const severity = urgency(letter.telling)
  const isCalm = message.kind === 'ended' || message.kind === 'test'
  const body = JSON.stringify({
    topic,
    title: message.title,
    message: `${cut(message.text, ntfyMostBytes)}\n(${message.machine})`,
    priority: isCalm ? 3 : ntfyPriority[severity],
    tags: [isCalm ? 'white_check_mark' : ntfyTag[severity]],
  })
  const headers = { 'Content-Type': 'application/json', 'User-Agent': 'Idlewatt', ...(place.token === null ? {} : { Authorization: `Bearer ${place.token}` }) }
  return outcomeOf(await post({ url: server, headers, body, timeoutMs, signal }))
}

/** To so many bytes of UTF-8, never through a character. */
function cut(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text
  let kept = ''
  let bytes = 3
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > mostBytes) break
    kept += character
  }
  return `${kept}…`
}

const statusWords: Record<number, string> = {
  400: 'it does not understand the message',
  401: 'it does not accept the token, or wants one',
  403: 'it does not allow messages from here',
  404: 'there is nothing at that address',
  405: 'nothing takes messages at that address',
  408: 'it was too slow',
  413: 'the message is too long for it',
  429: 'it takes no more messages for now',
  500: 'it has a fault of its own',
  502: 'what stands before it cannot reach it',
  503: 'it is not available just now',
  504: 'what stands before it got no answer',
}

export function outcomeOf(answer: PostAnswer): Outcome {
  if (answer.kind === 'failed') return { kind: 'again', sentence: `Not sent: ${answer.words}.`, afterMs: null }
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'delivered', sentence: `Sent: the receiver took it (${status}).` }
  if (status === 410) return { kind: 'gone', sentence: 'The receiver wants no more messages (410 Gone), so this way was removed. Set it up again if that was a mistake.' }
  if (status >= 300 && status < 400) return { kind: 'again', sentence: `Not sent: the receiver points to another address (${status}). Set that address up instead; Idlewatt does not follow, since the message and its signature are meant for this one.`, afterMs: null }
  const sentence = `Not sent: the receiver answered ${status}${statusWords[status] === undefined ? '' : ` (${statusWords[status]})`}.`
  if (status === 400 || status === 413 || status === 422) return { kind: 'refused', sentence }
  return { kind: 'again', sentence, afterMs: answer.retryAfterMs }
}
