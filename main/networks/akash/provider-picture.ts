/** What is known of one provider at a moment: each answer as far as it is fresh, and what it was told by. Pure. */
import type { SoftwareFacts } from '../network.ts'
import { endpoints } from './endpoints.ts'
import { readBalance, readBids, readCollateral, readGateway, readHeight, readSeen, type Gateway, type Seen } from './gateway-answers.ts'

export interface Picture {
  gateway: Gateway | null
  /** Why there is no gateway's word; null: there is one, or it has not been asked. */
  gatewayWhy: string | null
  seen: Seen | null
  balance: { akt: number; act: number } | null
  bids: { open: number; oldestHours: number | null; isMore: boolean } | null
  collateral: number | null
  /** ms until the gateway's certificate ends; null: not told. */
  certificateMs: number | null
  evidence: string[]
}

const blocksPerHour = 600
/** An answer is old once so many turns were missed. */
const turns = 3

export function pictureOf(facts: SoftwareFacts): Picture {
  const gateway = fresh(facts, 'gateway')
  const read = gateway.value === undefined ? null : readGateway(gateway.value)
  const seen = told(facts, 'console', readSeen)
  const seenWhy = seen === null ? fresh(facts, 'console').why : null
  const balance = told(facts, 'balance', readBalance)
  const bids = told(facts, 'bids', readBids)
  const height = told(facts, 'block', readHeight)
  const collateral = told(facts, 'collateral', readCollateral)
  const tls = facts.endpoints['gateway']
  const certificateMs = gateway.value !== undefined && tls?.why === null && tls.tls ? tls.tls.validTo - facts.at : null
  const oldestHours = bids?.oldestBlock == null || height === null || height < bids.oldestBlock ? null : (height - bids.oldestBlock) / blocksPerHour
  const gatewayWhy = read ? null : gateway.value === undefined ? gateway.why : 'it answered in a shape that is not known here'
  const picture = { gateway: read, gatewayWhy, seen, balance, bids: bids && { open: bids.open, oldestHours, isMore: bids.isMore }, collateral, certificateMs }
  return { ...picture, evidence: [...evidenceOf(picture), ...(seenWhy === null ? [] : [`console: no answer (${seenWhy})`])] }
}

function evidenceOf({ gateway, gatewayWhy, seen, balance, bids, collateral, certificateMs }: Omit<Picture, 'evidence'>): string[] {
  const lines: string[] = []
  if (gateway) {
    const gpus = gateway.gpusTotal === null ? 'GPUs not told' : `${gateway.gpusTotal - (gateway.gpusFree ?? gateway.gpusTotal)} of ${gateway.gpusTotal} GPUs leased`
    lines.push(`gateway: ${gateway.leases === null ? 'leases not told' : plural(gateway.leases, 'lease')}, ${gateway.orders === null ? 'orders not told' : plural(gateway.orders, 'order')}, ${gpus}`)
  } else if (gatewayWhy !== null) lines.push(`gateway: no answer (${gatewayWhy})`)
  if (seen) lines.push(`console: ${yesNo(seen.isOnline, 'online', 'offline', 'whether online not told')}, ${yesNo(seen.isValidVersion, 'version taken', 'version too old', 'version not told')}${seen.version === null ? '' : ` (${seen.version})`}`)
  if (balance) lines.push(`balance: ${money(balance.akt)} AKT, ${money(balance.act)} ACT`)
  if (bids) lines.push(`open bids: ${bids.open}${bids.isMore ? ' or more' : ''}${bids.oldestHours === null ? '' : `, the oldest ${bids.oldestHours.toFixed(1)} h old`}`)
  if (certificateMs !== null) lines.push(`certificate: ${certificateMs <= 0 ? 'ended' : `${Math.floor(certificateMs / 86_400_000)} days left`}`)
  if (collateral !== null) lines.push(`collateral behind ACT: ${Math.round(collateral * 100)} %`)
  return lines
}

/** undefined: no fresh answer; `why` says why, null where it was never asked. */
function fresh(facts: SoftwareFacts, id: string): { value: unknown; why: string | null } {
  const found = facts.endpoints[id]
  if (found === undefined) return { value: undefined, why: null }
  if (found.why !== null) return { value: undefined, why: /^(it was )?not asked\b/i.test(found.why) ? null : found.why.replace(/\.$/, '') }
  const everyMs = endpoints.find((one) => one.id === id)?.everyMs ?? 0
  if (facts.at - found.at > turns * everyMs) return { value: undefined, why: `last heard of ${Math.round((facts.at - found.at) / 60_000)} minutes ago` }
  return { value: found.value, why: null }
}

function told<Value>(facts: SoftwareFacts, id: string, read: (raw: unknown) => Value | null): Value | null {
  const { value } = fresh(facts, id)
  return value === undefined ? null : read(value)
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

export function money(amount: number): string {
  return `${Number(amount.toFixed(2))}`
}

function yesNo(value: boolean | null, yes: string, no: string, unknown: string): string {
  return value === null ? unknown : value ? yes : no
}
