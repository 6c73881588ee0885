/** Enters what is typed: refuses slips and what is there already, finds its worth, and puts corrections on top. */
import { knownCurrencies, type FairValue, type LedgerAdd, type LedgerCorrect, type LedgerEntry } from '../../shared/ledger.ts'
import type { LedgerTables } from '../history/ledger-tables.ts'
import type { AnyNetwork } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import { NotPossible } from '../system/not-possible.ts'
import { dayOf } from './days.ts'
import { correctionOf, dated, electricityId, isoDay, isSameByHand, isSamePayment, refuseBad, refuseWorth, valueByHand, type DatedAdd } from './entries.ts'
import type { NearRate } from './near-rate.ts'

const dayMs = 86_400_000

export interface ByHandOptions {
  tables: Pick<LedgerTables, 'near' | 'booked' | 'row' | 'addEntries'>
  networks: readonly AnyNetwork[]
  clock: Clock
  zone(): string
  /** Ends of ids. */
  random(): string
  /** Never rejects. */
  value(asset: string, amount: number, at: number): Promise<FairValue>
  /** A currency's rate near a moment, without asking; null: none is known. */
  nearOf(code: string, at: number): NearRate | null
  onAdded(): void
}

export interface ByHand {
  /** Throws NotPossible. */
  add(input: LedgerAdd): Promise<LedgerEntry>
  correct(input: LedgerCorrect): LedgerEntry
}

export function createByHand(options: ByHandOptions): ByHand {
  const { tables, networks, clock, zone, random } = options

  function networkOf(programmeId: string | null): string | null {
    if (programmeId === null) return null
    const network = networks.find((one) => one.programmes.some((programme) => programme.id === programmeId))
    if (!network) throw new NotPossible(`There is no such programme. There are: ${networks.flatMap((one) => one.programmes.map((programme) => programme.id)).join(', ')}.`)
    return network.id
  }

  /** What to look at again in what was typed; null: nothing. A fee may be paid in any token. */
  function remarkOn({ kind, asset }: LedgerAdd, networkId: string | null): string | null {
    const network = networks.find((one) => one.id === networkId)
    if (!network || kind === 'fee' || kind === 'electricity') return null
    const own = [...network.tokens, ...(network.pegs ?? []).map((peg) => peg.symbol)]
    if (own.includes(asset) || knownCurrencies.includes(asset)) return null
    return `${asset} is no token of ${network.title}, which has ${own.join(' and ')}. It was entered as you said; if that is a slip, a correction strikes it out.`
  }

  /** Typed where nobody can be asked, it is worth what is known nearest its day. */
  function orNear(fair: FairValue, { asset, amount, at }: DatedAdd): FairValue {
    const near = fair.usd === null ? options.nearOf(asset, at) : null
    if (near === null) return fair
    const why = `The rate of ${dayOf(at, zone())} could not be had; that of ${isoDay(near.takenAt)} stands for it. A correction can give the day's own.`
    return { usd: amount * near.usdPerUnit, usdPerUnit: near.usdPerUnit, source: near.source, takenAt: near.takenAt, why }
  }

  function refuseTwice(input: DatedAdd, networkId: string | null): void {
    const near = tables.near(input.kind, input.asset, input.at - 2 * dayMs, input.at + 2 * dayMs).filter((row) => row.standingAmount !== 0)
    const same = near.find((row) => isSameByHand(row, input, dayOf(input.at, zone())))
    if (same) throw new NotPossible(`That very entry is there already (${same.id}). If it happened twice, say so in a note of its own. Nothing was written.`)
    const read = near.find((row) => row.origin !== 'hand' && row.kind === 'income' && isSamePayment(row, row.standingAmount, { ...input, networkId }))
    if (read && input.note === null) throw new NotPossible(`The same amount was read already from elsewhere, for ${read.day} (${read.id}). If this is another payment, say so in a note. Nothing was written.`)
    if (input.kind !== 'electricity') return
    const day = dayOf(input.at, zone())
    const booked = tables.booked(day, day).find((one) => one.isMeasured && (input.gpuId === null || one.gpuId === input.gpuId))
    if (booked) throw new NotPossible(`The electricity of that day is booked already, as it was measured (${electricityId(booked.gpuId ?? '', day)}). Correct that entry. Nothing was written.`)
  }

  return {
    async add(typed) {
      const now = clock.now()
      const input = dated(typed, now)
      refuseBad(input, now)
      const networkId = networkOf(input.programmeId)
      refuseTwice(input, networkId)
      const { fairUsd, ...rest } = input
      const fair = fairUsd === null || input.asset === 'USD' ? orNear(await options.value(input.asset, input.amount, input.at), input) : valueByHand(fairUsd, input.amount)
      refuseWorth(input.asset, input.amount, fair.usd)
      const entry: LedgerEntry = { ...rest, id: `hand:${random()}`, recordedAt: now, day: dayOf(input.at, zone()), networkId, fair, origin: 'hand', corrects: null }
      // While its worth was asked for, the same may have come in again.
      refuseTwice(input, networkId)
      tables.addEntries([entry])
      options.onAdded()
      const remark = remarkOn(input, networkId)
      return remark === null ? entry : { ...entry, remark }
    },
    correct(input) {
      const row = tables.row(input.id)
      if (row === null) throw new NotPossible('There is no entry with that id. The list of entries shows them.')
      const correction = correctionOf(row, input, `hand:${random()}`, clock.now())
      tables.addEntries([correction])
      options.onAdded()
      return correction
    },
  }
}
