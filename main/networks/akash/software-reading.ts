/** Folds what is known of a provider into one reading: whether tenants can rent it, whether somebody does, and if not, why. Pure. */
import type { NotEarningCause, SoftwareReading, StopPrice } from '../../../shared/provider.ts'
import type { SoftwareFacts } from '../network.ts'
import facts from './health-facts.json' with { type: 'json' }
import { money, pictureOf, plural, type Picture } from './provider-picture.ts'
import sources from './sources.json' with { type: 'json' }

interface Fault {
  sentence: string
  /** `cut-off`: tenants cannot reach what they rent; `no-new`: nobody new can rent; `remark`: neither yet. */
  weight: 'cut-off' | 'no-new' | 'remark'
}

const day = 86_400_000
const renewWithin = 7 * day
/** A bid costs about so much in fees. Source: seen on chain 2026-09. */
const bidFeeAkt = 0.005
/** Bids that long open were forgotten: a provider closes its own after minutes. */
const staleHours = 1
/** A refusal that old says nothing of now. */
const recentMs = 6 * 3_600_000
const { collateral } = facts
const bidDeposit = facts.figures.find(({ id }) => id === 'bid-deposit')?.value ?? 0.5

export function read(given: SoftwareFacts): SoftwareReading {
  const picture = pictureOf(given)
  const { gateway, seen, evidence } = picture
  const base = { evidence: evidence.length === 0 ? ['nothing was asked yet'] : evidence, job: null, at: given.at }
  const leases = gateway?.leases ?? seen?.leases ?? null
  if (gateway === null && picture.gatewayWhy === null && seen === null) {
    return { ...base, activity: 'unknown', earning: null, cause: null, sentence: 'The provider has not been asked yet.' }
  }
  const faults = faultsOf(given, picture)
  const renting = leases !== null && leases > 0 ? `${plural(leases, 'lease')} ${leases === 1 ? 'is' : 'are'} running.` : null
  const cutOff = faults.find(({ weight }) => weight === 'cut-off')
  // Whether a tenant who cannot get in goes on paying, nobody tells here.
  if (cutOff) return { ...base, activity: 'unhealthy', ...(leases === 0 ? { earning: false, cause: 'broken-here' } : { earning: null, cause: null }), sentence: renting === null ? cutOff.sentence : `${cutOff.sentence} ${renting}` }
  const noNew = faults.find(({ weight }) => weight === 'no-new')
  if (noNew && renting === null) return { ...base, activity: 'unhealthy', ...(leases === 0 ? { earning: false, cause: 'broken-here' } : { earning: null, cause: null }), sentence: noNew.sentence }
  const earning = leases === null ? null : leases > 0
  const remarks = faults.map((fault) => fault.sentence).join(' ')
  const also = remarks === '' ? '' : ` ${remarks}`
  if (gateway === null && seen?.isOnline !== true) return { ...base, activity: 'unknown', earning: earning === true ? null : earning, cause: earning === false ? 'unknown' : null, sentence: `The gateway was not heard: ${picture.gatewayWhy ?? 'it has not been asked'}.${also}` }
  if (renting !== null) return { ...base, activity: 'working', earning: true, cause: null, sentence: `${renting}${also}` }
  if (leases === null) return { ...base, activity: 'unknown', earning: null, cause: null, sentence: `The provider is online; how many leases it has is not told.${also}` }
  const { cause, sentence } = whyIdle(given, picture)
  return { ...base, activity: 'idle', earning: false, cause, sentence: `${sentence}${also}` }
}

/** Worst first. */
function faultsOf(given: SoftwareFacts, picture: Picture): Fault[] {
  const { gateway, gatewayWhy, seen, balance, bids, certificateMs } = picture
  const faults: Fault[] = []
  const add = (isFault: boolean, weight: Fault['weight'], sentence: string): void => {
    if (isFault) faults.push({ sentence, weight })
  }
  add(gateway === null && seen?.isOnline === false, 'cut-off', `Neither the gateway answers (${gatewayWhy ?? 'not asked'}) nor do tenants see the provider. Look at the provider's pod, the domain, and the forwarding of ports 8443 and 8444.`)
  add(gateway === null && gatewayWhy !== null && seen?.isOnline == null, 'cut-off', `The gateway does not answer: ${gatewayWhy}. Look at the provider's pod, the domain, and port 8443.`)
  add(gateway !== null && seen?.isOnline === false, 'cut-off', 'The gateway answers here, but tenants see the provider as offline. Check the domain and the forwarding of ports 8443 and 8444 from outside.')
  add(gateway === null && gatewayWhy !== null && seen?.isOnline === true, 'remark', `The gateway does not answer from here (${gatewayWhy}), but tenants see it online.`)
  add(seen?.isValidVersion === false, 'no-new', `Tenants are not shown this provider: its version${seen?.version == null ? '' : ` ${seen.version}`} is too old. Upgrade the provider's Helm chart.`)
  add(gateway?.isAbsurd === true, 'no-new', 'The inventory tells a number of GPUs that cannot be. Restart the inventory operator.')
  add(gateway?.error != null, 'no-new', `The inventory says: ${gateway?.error ?? ''}. Restart the inventory operator.`)
  // Only where the provider is known to run on this very machine: it may be looked at from another.
  const missing = gateway?.gpusTotal == null || given.isProcessThere !== true ? 0 : given.cards.length - gateway.gpusTotal
  add(gateway?.gpusTotal === 0, 'no-new', 'The inventory shows 0 GPUs, so no tenant can rent one. Restart the inventory operator; if that does not help, check the driver and the card\'s entry in the registry.')
  add(gateway !== null && gateway.gpusTotal !== 0 && missing > 0, 'no-new', `The inventory shows ${gateway?.gpusTotal ?? 0} GPUs, but this machine has ${given.cards.length}. Restart the inventory operator; look for a card that was lost (Xid 79).`)
  const isPoor = balance !== null && (balance.akt < bidFeeAkt || (balance.akt < bidDeposit + bidFeeAkt && balance.act < bidDeposit))
  add(isPoor, 'no-new', `The balance of ${money(balance?.akt ?? 0)} AKT and ${money(balance?.act ?? 0)} ACT does not cover one more bid (${bidDeposit} and fees): the provider stops bidding. Top it up.`)
  add(certificateMs !== null && certificateMs <= 0, 'cut-off', 'The certificate of the gateway has ended: tenants cannot connect. Renew and publish it, then restart the provider.')
  const isSoon = certificateMs !== null && certificateMs > 0 && certificateMs < renewWithin
  add(isSoon, (certificateMs ?? 0) < 3_600_000 ? 'cut-off' : 'remark', `The certificate of the gateway ends in ${hoursOrDays(certificateMs ?? 0)}. It should have been renewed: look at the provider's log.`)
  const said = latest(given, ['wallet-shared', 'bid-failed', 'bid-placed', 'lease-won'])
  const failing = said?.event === 'wallet-shared' || said?.event === 'bid-failed' ? said : null
  add(failing !== null, failing?.event === 'wallet-shared' ? 'no-new' : 'remark', failing?.sentence ?? '')
  add(bids !== null && bids.oldestHours !== null && bids.oldestHours > staleHours, 'remark', `${plural(bids?.open ?? 0, 'bid')} ${bids?.open === 1 ? 'is' : 'are'} open, the oldest for ${Math.round(bids?.oldestHours ?? 0)} h: each locks ${bidDeposit} AKT. Close old ones with "provider-services tx market bid close".`)
  const ratio = picture.collateral
  add(ratio !== null && ratio <= collateral.halt, 'remark', `Minting of ACT is halted (collateral ${Math.round((ratio ?? 0) * 100)} %): expect late payment, partly in AKT.`)
  add(ratio !== null && ratio > collateral.halt && ratio <= collateral.warn, 'remark', `The collateral behind ACT is low (${Math.round((ratio ?? 0) * 100)} %).`)
  return faults
}

function whyIdle(given: SoftwareFacts, { gateway, seen }: Picture): { cause: NotEarningCause; sentence: string } {
  const refusal = latest(given, ['bid-price-too-high', 'bid-not-audited', 'bid-attributes', 'bid-no-capacity'])
  if (refusal) return { cause: refusal.cause ?? 'unknown', sentence: `No lease. ${refusal.sentence}` }
  if ((gateway?.orders ?? 0) > 0) return { cause: 'no-demand', sentence: `No lease; ${plural(gateway?.orders ?? 0, 'order')} ${gateway?.orders === 1 ? 'is' : 'are'} being bid on.` }
  const audit = seen?.isAudited === false ? ' It is not audited, and many tenants rent from audited providers only.' : ''
  return { cause: 'no-demand', sentence: `No lease, and no order that it bids on. Nothing is paid while no tenant rents.${audit}` }
}

function latest(given: SoftwareFacts, events: string[]): SoftwareFacts['signs'][number] | null {
  return given.signs.findLast(({ event, at }) => events.includes(event) && given.at - at <= recentMs) ?? null
}

function hoursOrDays(ms: number): string {
  return ms < 2 * day ? plural(Math.max(1, Math.round(ms / 3_600_000)), 'hour') : `${Math.floor(ms / day)} days`
}

export function stopPrice(given: SoftwareFacts): StopPrice {
  const { gateway, seen } = pictureOf(given)
  const leases = gateway?.leases ?? seen?.leases ?? null
  const sentence =
    leases === null
      ? 'How many leases run is not known. Stopping ends each of them: tenants lose their work and do not come back.'
      : leases === 0
        ? 'No lease is running, so stopping ends nobody\'s work. Bids that are open now are lost, with the small fee that each of them cost.'
        : `Stopping now ends ${plural(leases, 'lease')}: the tenants lose their work, the pay for it ends, and the provider's uptime falls.`
  // A lease ends when its tenant says so.
  return { sentence, usd: null, finishMinutes: leases === 0 ? 0 : null, source: sources.provider }
}
