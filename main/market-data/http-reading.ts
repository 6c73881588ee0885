/** Makes of what came over the line an answer to the question, or the words for why it is none. */
import type { MarketAsk } from '../networks/network.ts'
import { decode, readJson, rpcError, rpcMethodOf, statusMayPass, statusWords, type Reading } from './http-answer.ts'
import type { Incoming } from './http-exchange.ts'
import { keyOf, type KeptAnswer, type Validators } from './http-kept.ts'

export interface Hop {
  incoming: Incoming
  url: URL
  kept: KeptAnswer | null
}

/** `isKept`: the host had nothing newer than what was kept. `waitMs`: for how long it asks to be left alone. */
export function readAnswer(question: MarketAsk, hop: Hop, waitMs: number | null, validators: Validators): { reading: Reading; text: string; isKept: boolean } {
  const { incoming, url, kept } = hop
  const { status, headers, body } = incoming
  const isKept = status === 304 && kept !== null
  const type = one(headers['content-type'])
  const text = isKept ? kept.body : decode(body, type)
  const isRpc = question.method === 'POST' && rpcMethodOf(question.body) !== null
  if (!isKept && (status < 200 || status >= 300)) {
    const inside = isRpc && text !== '' ? readJson(text, type) : null
    const error = inside?.ok ? rpcError(inside.value) : null
    const words = `${statusWords(status, waitMs)}${error ? error.words.replace(/^answered/, ',') : ''}`
    return { reading: { ok: false, words, mayPass: statusMayPass(status) }, text, isKept }
  }
  const reading: Reading = question.as === 'text' ? { ok: true, value: text } : readJson(text, type)
  if (isKept && !reading.ok) {
    validators.write(keyOf(url), null)
    return { reading: { ...reading, words: 'has nothing newer than what was kept, and that cannot be read', mayPass: true }, text, isKept }
  }
  const error = isRpc && reading.ok ? rpcError(reading.value) : null
  return { reading: error ? { ok: false, ...error } : reading, text, isKept }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
