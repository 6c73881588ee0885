/** What is read of addresses: once in any order, with worth, with times that earned nothing; faults as sentences, and what is left alone on purpose. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RequestFailed, type Payout } from '../../../main/networks/network.ts'
import { aNetwork, anAdd, aPayout, dayMs, hourMs, noon, openLedger, openTables, priced, solanaAddress } from './support.ts'

const list = { filter: {}, limit: 100, offset: 0 }
const wallets = { wallets: { net: solanaAddress } }

describe('from the chain', () => {
  function reading(payouts: () => Payout[], more: Parameters<typeof openLedger>[0] = {}, asked: number[] = []) {
    return openLedger({ settings: wallets, networks: [aNetwork({ readBalances: async () => [{ asset: 'TOK', amount: 7 }], readPayouts: async (_request, _address, since) => (asked.push(since), payouts()) })], ...more })
  }

  test('with worth, covers and address; the same again is known; then only what is new is asked for', async () => {
    const asked: number[] = []
    const signature = 'kgD5mTmmvTQHX6zfVJJUrNo2ZNC4d8G3iGvVGWHt5nTyGJbnXm2WpiFD5cwLJZrkxmVXqAgN5wk7a3nGCUCeVkL'
    const { ledger, states, tables } = reading(() => [aPayout(signature, { covers: { from: noon - 8 * dayMs, to: noon - dayMs } }), aPayout(signature)], {}, asked)
    expect(await ledger.refresh()).toEqual({ added: 1, known: 0, faults: [], notAsked: [] })
    expect(await ledger.refresh()).toEqual({ added: 0, known: 1, faults: [], notAsked: [] })
    const [row] = ledger.list(list).rows
    expect(row).toMatchObject({ kind: 'income', origin: 'chain', reference: signature, amount: 2, fair: { usd: 4 }, wallet: 'EPjFWd…Dt1v' })
    // Where an id is typed, the whole signature would be refused as a key.
    expect(row?.id.length).toBeLessThan(64)
    expect(asked).toEqual([noon - 400 * dayMs, noon - 9 * dayMs])
    expect(states.map((state) => state.isReading)).toEqual([true, false, true, false])
    expect(ledger.wallets()).toMatchObject([{ networkId: 'net', address: solanaAddress, balances: [{ asset: 'TOK', amount: 7, usd: 14 }], takenAt: noon, fault: null }])
    expect(tables.newestPaidAt('net', 'EPjFWd…Dt1v')).toBe(noon - dayMs)
  })

  test('any payouts, any number of times, in any order: the same ledger', async () => {
    const payout = fc.record({ ref: fc.integer({ min: 1, max: 6 }), asset: fc.constantFrom('TOK', 'EUR') }).map(({ ref, asset }) => aPayout(`tx${ref}`, { asset, amount: ref, at: noon - ref * hourMs }))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(payout, { maxLength: 8 }), { minLength: 1, maxLength: 5 }), async (rounds) => {
        let now: Payout[] = []
        const { ledger } = reading(() => now, { tables: openTables(':memory:') })
        for (const round of rounds) {
          now = round
          await ledger.refresh()
        }
        const expected = new Set(rounds.flat().map((one) => `${one.reference} ${one.asset}`))
        expect(ledger.list(list).rows.map((row) => `${row.reference ?? ''} ${row.asset}`).sort()).toEqual([...expected].sort())
      }),
      { numRuns: 25 },
    )
  })

  test('what was typed already is not entered twice, nor typed after it was read', async () => {
    const { ledger } = reading(() => [aPayout('a'), aPayout('b')])
    await ledger.add(anAdd({ asset: 'TOK', amount: 2, at: noon - dayMs - hourMs }))
    for (let round = 0; round < 3; round++) await ledger.refresh()
    expect(ledger.list(list).total).toBe(2)
    await expect(ledger.add(anAdd({ asset: 'TOK', amount: 2, at: noon }))).rejects.toThrow(/read already/)
    await ledger.add(anAdd({ asset: 'TOK', amount: 2, at: noon, note: 'another one' }))
  })

  test('from the future or without sense: left out and said', async () => {
    const { ledger } = reading(() => [aPayout('ok'), aPayout('ahead', { at: noon + 730 * dayMs }), aPayout('nan', { amount: Number.NaN }), aPayout('minus', { amount: -3 }), aPayout('', {}), aPayout('when', { at: Number.NaN }), aPayout('x'.repeat(9000)), aPayout('asset', { asset: 'A'.repeat(50) })])
    const { added, faults } = await ledger.refresh()
    expect(added).toBe(1)
    expect(faults).toEqual([expect.stringContaining('6 of its payouts could not be understood'), expect.stringContaining('1 of its payouts are dated more than a day ahead')])
  })

  test('a time without end is no time that it pays for', async () => {
    const { ledger } = reading(() => [aPayout('a', { covers: { from: 0, to: 8e15 } }), aPayout('b', { amount: 3, covers: { from: noon, to: Number.NaN } }), aPayout('c', { amount: 4, covers: undefined as never })])
    await ledger.refresh()
    expect(ledger.list(list).rows.map((row) => row.covers)).toEqual([null, null, null])
  })

  test('a host that fails, an adapter that breaks, an address that was edited: sentences, and the others go on', async () => {
    const failing = aNetwork({ readPayouts: async () => Promise.reject(new RequestFailed('rpc.example did not answer within 15 seconds.', null)) }, 'slow')
    const broken = aNetwork({ readBalances: () => { throw new TypeError('x of undefined') } }, 'broken')
    const edited = aNetwork({}, 'edited')
    const good = aNetwork({ readPayouts: async () => [aPayout('a')] }, 'good')
    const phrase = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
    const { ledger, states } = openLedger({ networks: [failing, broken, edited, good], settings: { wallets: { slow: solanaAddress, broken: solanaAddress, good: solanaAddress, edited: phrase, gone: 'x' } } })
    const { added, faults } = await ledger.refresh()
    expect(added).toBe(1)
    expect(faults).toHaveLength(3)
    expect(faults.join(' ')).toContain('The slow: rpc.example did not answer')
    expect(ledger.wallets().find((one) => one.networkId === 'slow')?.fault).toMatch(/^rpc.example did not answer/)
    expect(JSON.stringify([faults, states, ledger.wallets()])).not.toMatch(/abandon|undefined/)
    expect(ledger.wallets().find((one) => one.networkId === 'edited')).toMatchObject({ address: null, fault: expect.stringContaining('cannot be used') })
  })

  test('what had no worth gets it by a correction, once', async () => {
    let usd: number | null = null
    const { ledger, tables } = reading(() => [aPayout('a')], { priceAt: async () => (usd === null ? Promise.reject(new Error('off')) : { usd, origin: 'live', source: { url: 'https://p.example', date: null }, takenAt: noon, confidence: 'high', note: null }) })
    await ledger.refresh()
    const id = ledger.list(list).rows[0]?.id ?? ''
    expect(ledger.list(list).sums).toMatchObject({ incomeUsd: 0, unvalued: 1 })
    usd = 3
    await ledger.refresh()
    await ledger.refresh()
    expect(tables.row(id)).toMatchObject({ standingUsd: 6, fair: { usd: null }, correctedBy: [`value:${id}`] })
    expect(ledger.list(list)).toMatchObject({ total: 2, sums: { incomeUsd: 6, unvalued: 0 } })
  })

  test('by itself every six hours while it is on, and not where asking is switched off', async () => {
    const { ledger, clock, settings, states } = reading(() => [aPayout('a')])
    ledger.begin()
    ledger.begin()
    await clock.advance(60_000)
    expect(states.filter((state) => state.isReading)).toHaveLength(1)
    await clock.advance(12 * hourMs)
    expect(states.filter((state) => state.isReading)).toHaveLength(3)
    settings.asksOutside = false
    await clock.advance(12 * hourMs)
    expect(states.filter((state) => state.isReading)).toHaveLength(3)
    await ledger.stop()
    expect(clock.pending()).toBe(0)
  })

  test('a wallet that is left alone on purpose is no fault, and is said', async () => {
    const asked: number[] = []
    for (const more of [{ settings: { ...wallets, asksOutside: false } }, { settings: { ...wallets, sourcesOff: ['net/wallet'] } }, { refusal: () => 'A recorded machine asks nobody.' }]) {
      const { ledger, states } = reading(() => [aPayout('a')], more, asked)
      expect(await ledger.refresh()).toEqual({ added: 0, known: 0, faults: [], notAsked: [expect.stringMatching(/^(The net: not|Nothing was) asked/)] })
      expect(states).toEqual([])
    }
    expect(asked).toEqual([])
  })

  test('what a service reckons is told apart from what a chain holds', async () => {
    const { ledger } = reading(() => [aPayout('a', { origin: 'api' }), aPayout('a', { amount: 3 })])
    await ledger.refresh()
    await ledger.refresh()
    expect(ledger.list(list).rows.map((row) => `${row.origin} ${row.id.split(':')[0] ?? ''}`).sort()).toEqual(['api api', 'chain chain'])
    // A service tells the same day of another address too; a transaction is the same one from wherever it is read.
    ledger.setWallet('net', 'So11111111111111111111111111111111111111112')
    expect(await ledger.refresh()).toMatchObject({ added: 1, known: 1 })
  })

  test('times that earned nothing are kept once, are no entries, and what came of them later is', async () => {
    const covers = { from: noon - 2 * dayMs, to: noon - dayMs }
    let payouts = [aPayout('quiet', { amount: 0, covers }), aPayout('of when', { amount: 0 }), aPayout('of whom', { amount: 0, covers, programmeId: null })]
    const asked: number[] = []
    const { ledger, tables } = reading(() => payouts, {}, asked)
    for (let round = 0; round < 2; round++) expect(await ledger.refresh()).toMatchObject({ added: 0, known: 0, faults: [expect.stringContaining('2 of its payouts could not')] })
    expect(tables.quiet('net/work', '2026-11-20', '2026-11-23')).toMatchObject([{ covers, wallet: 'EPjFWd…Dt1v', day: '2026-11-21' }])
    expect(ledger.list(list).total).toBe(0)
    expect((await ledger.export({ format: 'csv', preset: 'full', year: null, currency: null })).entries).toBe(0)
    payouts = [aPayout('late', { covers })]
    expect(await ledger.refresh()).toMatchObject({ added: 1 })
    expect(asked[1]).toBe(noon - 9 * dayMs)
  })

  test('where one voice alone told the price, the entry says so', async () => {
    const note = 'One service alone tells past prices; no second one confirms it.'
    const { ledger } = reading(() => [aPayout('a')], { priceAt: async () => ({ ...priced(2), note }) })
    await ledger.refresh()
    const [row] = ledger.list(list).rows
    expect(row?.fair).toMatchObject({ usd: 4, why: note })
    expect(ledger.correct({ id: row?.id ?? '', amount: 1, note: 'x' }).fair).toMatchObject({ usd: -2, why: note })
    expect(ledger.correct({ id: row?.id ?? '', fairUsd: 9, note: 'x' }).fair.why).toBeNull()
  })

  test('one day without a price hides no other; after three in a row its asset is left for the next time', async () => {
    let isOn = false
    const asked: number[] = []
    const gaps = new Set([1, 3])
    const { ledger } = reading(() => Array.from({ length: 9 }, (_, n) => aPayout(`p${n}`, { at: noon - n * dayMs, amount: n + 1 })), {
      async priceAt(_symbol, at) {
        const n = Math.round((noon - at) / dayMs)
        if (isOn) asked.push(n)
        return isOn && !gaps.has(n) ? priced(1) : null
      },
    })
    await ledger.refresh()
    expect(ledger.list(list).sums.unvalued).toBe(9)
    isOn = true
    await ledger.refresh()
    expect(ledger.list(list).sums.unvalued).toBe(2)
    for (let n = 0; n < 9; n++) gaps.add(n)
    asked.length = 0
    await ledger.refresh()
    expect(asked.filter((n) => n === 1)).toHaveLength(1)
  })

  test('an address that was just set is read at once where the door stays, also while another reading runs', async () => {
    const asked: string[] = []
    let goOn = (): void => {}
    const slow = aNetwork({ readPayouts: (_request, address) => (asked.push(address.slice(0, 4)), new Promise((done) => (goOn = () => done([aPayout(address)])))) })
    const { ledger, states, clock } = openLedger({ networks: [slow], readsAtOnce: true })
    ledger.setWallet('net', solanaAddress)
    await clock.advance(0)
    expect(asked).toEqual(['EPjF'])
    ledger.setWallet('net', 'So11111111111111111111111111111111111111112')
    goOn()
    await clock.advance(0)
    expect(asked).toEqual(['EPjF', 'So11'])
    // What was found at the first address is not told of the second.
    expect(ledger.wallets()[0]).toMatchObject({ takenAt: null, balances: [] })
    goOn()
    await clock.advance(0)
    expect(states.at(-1)).toMatchObject({ isReading: false, faults: [] })
    expect(ledger.list(list).total).toBe(2)
    ledger.setWallet('net', null)
    await clock.advance(0)
    expect(asked).toHaveLength(2)
    await ledger.stop()
  })

  test('elsewhere, and where asking is off, it is only kept', async () => {
    for (const more of [{}, { readsAtOnce: true, settings: { asksOutside: false } }]) {
      const { ledger, states, clock } = openLedger(more)
      ledger.setWallet('net', solanaAddress)
      await clock.advance(0)
      expect(states).toEqual([])
    }
  })

  test('two readings at once are one', async () => {
    const asked: number[] = []
    const { ledger } = reading(() => [aPayout('a')], {}, asked)
    await Promise.all([ledger.refresh(), ledger.refresh()])
    expect(asked).toHaveLength(1)
  })
})
