/** Asks one endpoint of provider software: a public service through the polite client, the user's own address directly. */
import { RequestFailed, type EndpointDefinition, type MarketRequest, type SoftwareFacts } from '../networks/network.ts'
import { fillTemplate } from '../system/fill-template.ts'
import { NotPossible } from '../system/not-possible.ts'
import { askOwnAddress } from './observe-own-address.ts'

export type EndpointAnswer = SoftwareFacts['endpoints'][string]

export interface EndpointAsk {
  answers: Record<string, string>
  /** null: asking outside is not allowed now. */
  request: MarketRequest | null
  signal: AbortSignal
  now(): number
}

/** Never rejects. */
export async function askEndpoint(endpoint: EndpointDefinition, ask: EndpointAsk): Promise<EndpointAnswer> {
  try {
    const url = fillTemplate(endpoint.url, ask.answers)
    if (endpoint.whose === 'own') {
      const said = await askOwnAddress(url, { acceptsOwnCertificate: endpoint.acceptsOwnCertificate, signal: ask.signal })
      return { at: ask.now(), why: null, value: said.value, ...(said.validTo === null ? {} : { tls: { validTo: said.validTo } }) }
    }
    if (ask.request === null) return { at: ask.now(), value: null, why: `Not asked, because asking outside is not allowed now: ${endpoint.what}.` }
    const secretParts = Object.values(ask.answers).filter((answer) => answer.length > 12 && url.includes(answer))
    const value = await ask.request({ method: 'GET', url, what: endpoint.what, ...(secretParts.length > 0 ? { secretParts } : {}) })
    return { at: ask.now(), value, why: null }
  } catch (error) {
    const isForUser = error instanceof NotPossible || error instanceof RequestFailed
    return { at: ask.now(), value: null, why: isForUser ? error.message : `It could not be asked: ${error instanceof Error ? error.message : String(error)}.` }
  }
}
