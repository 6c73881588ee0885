/** What pages decide before they draw: the best honest answer, typed settings, what-if questions, routes. */
import { describe, expect, it } from 'vitest'
import { asSentence, usersOf } from '../../../renderer/components/why-unknown.ts'
import { figuresOf } from '../../../renderer/pages/gpus/figures.ts'
import { ofTotal } from '../../../renderer/pages/gpus/GpuTile.tsx'
import { sharedProblems } from '../../../renderer/pages/overview/NeedsMe.tsx'
import { cardGroups, shownGroups } from '../../../renderer/pages/compare/card-groups.ts'
import { needsInOrder, outcomeOf } from '../../../renderer/pages/compare/needs.ts'
import { emptyWhatIf, readWhatIf } from '../../../renderer/pages/compare/what-if-form.ts'
import { changeFrom, expectedScale } from '../../../renderer/pages/measure/result-geometry.ts'
import { answeredGroups, bestAnswer, bestFirst, byCards } from '../../../renderer/pages/overview/best-answer.ts'
import { readNumberSetting } from '../../../renderer/pages/settings/number-setting.ts'
import { readRoute, writeRoute } from '../../../renderer/state/route.ts'
import { drawnGpus, gpuTitle, pressingProblems } from '../../../renderer/state/gpu-slots.ts'
import { conditionsOf, joiningOf } from '../../../renderer/state/joining.ts'
import { cardsName, programmeName } from '../../../renderer/state/programmes.ts'
import type { MoneyFormat } from '../../../renderer/format/money.ts'
import { estimate, gpu, need, now, programmes, sample } from '../../gallery/parts.ts'

const euro: MoneyFormat = { code: 'EUR', usdPerUnit: 1.25, digits: 2, about: '' }

describe('the best honest answer', () => {
  const good = estimate({ programmeId: 'a', net: { low: 1, expected: 2, high: 3 } })
  const better = estimate({ programmeId: 'b', net: { low: 1, expected: 4, high: 9 } })
  const losing = estimate({ programmeId: 'c', net: { low: -3, expected: -2, high: -0.5 } })
  const open = estimate({ programmeId: 'd', net: { low: -1, expected: null, high: 6 } })
  const silent = estimate({ programmeId: 'e', net: { low: null, expected: null, high: null } })

  it('is the greatest expected figure of a programme that can be joined', () => {
    expect(bestAnswer([good, better, losing])).toMatchObject({ kind: 'figure', estimate: { programmeId: 'b' } })
    expect(bestAnswer([good, { ...better, verdict: 'not-eligible' }])).toMatchObject({ kind: 'figure', estimate: { programmeId: 'a' } })
  })
  it('prefers a published pay rule to a hopeful end', () => {
    expect(bestAnswer([open, good])).toMatchObject({ kind: 'figure' })
    expect(bestAnswer([open, losing])).toMatchObject({ kind: 'unpublished', estimate: { programmeId: 'd' } })
  })
  it('says "not worth" when even the hopeful case loses', () => {
    expect(bestAnswer([losing, silent])).toMatchObject({ kind: 'not-worth', estimate: { programmeId: 'c' } })
  })
  it('never makes a figure up', () => {
    expect(bestAnswer([silent])).toMatchObject({ kind: 'no-figure' })
    expect(bestAnswer([{ ...silent, verdict: 'not-eligible' }])).toEqual({ kind: 'none', estimate: null })
    expect(bestAnswer([])).toEqual({ kind: 'none', estimate: null })
  })
  it('is made for each group of cards, the one with the best day first', () => {
    const other = { gpuIds: ['x'], gpuName: 'Other' }
    const groups = bestFirst(byCards([good, { ...better, ...other }, losing]))
    expect(groups.map((group) => group.map((one) => one.programmeId))).toEqual([['b'], ['a', 'c']])
  })
})

describe('whether cards can join', () => {
  const open = need({ id: 'ip', ok: null })
  it('is a plain yes only when every requirement was seen to be met', () => {
    expect(joiningOf(estimate({ needs: [need({})] }))).toBe('can')
    expect(joiningOf(estimate({ needs: [need({}), open] }))).toBe('may')
    expect(joiningOf(estimate({ needs: [] }))).toBe('may')
    expect(joiningOf(estimate({ verdict: 'fixable', needs: [need({ ok: false }), open] }))).toBe('fixable')
    expect(joiningOf(estimate({ verdict: 'not-eligible', needs: [open] }))).toBe('cannot')
  })
  it('says no more about a card one does not own than that it would be taken', () => {
    expect(joiningOf(estimate({ gpuIds: [], needs: [need({})] }))).toBe('takes-card')
  })
  it('is said in the breath of the figure, an entry that others decide on above all', () => {
    const waiting = need({ id: 'waitlist', title: 'Admission', required: 'accepted from the waiting list', ok: null })
    expect(conditionsOf(estimate({ needs: [need({}), waiting] }))).toBe('if it is admitted (1 thing to check)')
    expect(conditionsOf(estimate({ gpuCount: 8, needs: [waiting, open] }))).toBe('if they are admitted (2 things to check)')
    expect(conditionsOf(estimate({ needs: [open] }))).toBe('if 1 thing still to check turns out well')
    expect(conditionsOf(estimate({ verdict: 'fixable', needs: [need({ ok: false }), waiting] }))).toBe('once 1 thing is fixed, if it is admitted (1 thing to check)')
    expect(conditionsOf(estimate({ needs: [need({})] }))).toBe('')
  })
})

describe('graphics built into the processor', () => {
  const card = gpu(0)
  const builtIn = gpu(1, { id: 'os:0', name: 'Radeon Graphics', isIntegrated: true, problems: [{ id: 'seen-by-one-layer', sentence: 'Only the operating system lists it.', remedy: null }] })
  const lost = gpu(2, { id: 'lost', problems: [{ id: 'gpu-lost', sentence: 'The driver lost this card.', remedy: null }] })
  const ofCard = estimate({})
  const ofBuiltIn = estimate({ gpuIds: ['os:0'], gpuName: 'Radeon Graphics', verdict: 'unknown', net: { low: null, expected: null, high: null } })
  const ofLost = estimate({ gpuIds: ['lost'], net: { low: 5, expected: 9, high: 20 } })

  it('are left out of a comparison at first, and so are lost cards', () => {
    const groups = cardGroups([ofBuiltIn, ofCard, ofLost], [card, builtIn, lost])
    expect(shownGroups(groups, 'worth')).toMatchObject({ choice: 'worth', shown: [{ key: card.id }] })
    expect(shownGroups(groups, 'all').shown).toHaveLength(3)
    expect(shownGroups(groups, 'os:0').shown.map((group) => group.name)).toEqual(['Radeon Graphics'])
    expect(shownGroups(groups, 'a card that went away')).toMatchObject({ choice: 'worth' })
  })
  it('are shown where there is nothing else', () => {
    expect(shownGroups(cardGroups([ofBuiltIn], [builtIn]), 'worth')).toMatchObject({ choice: 'all', shown: [{ key: 'os:0' }] })
  })
  it('get no sentence of their own beside a card, and never lead', () => {
    const { answered, quiet } = answeredGroups([ofBuiltIn, ofLost, ofCard], [card, builtIn, lost])
    expect(answered).toEqual([[ofCard]])
    expect(quiet).toEqual([[ofBuiltIn]])
  })
  it('are answered for alone only where a network has a figure for them', () => {
    expect(answeredGroups([ofBuiltIn], [builtIn])).toEqual({ answered: [], quiet: [[ofBuiltIn]] })
    const paid = { ...ofBuiltIn, verdict: 'eligible' as const, net: { low: 0, expected: 1, high: 2 } }
    expect(answeredGroups([paid], [builtIn]).answered).toEqual([[paid]])
  })
  it('do not ask for anything because one layer alone sees them', () => {
    expect(pressingProblems(builtIn)).toEqual([])
    expect(pressingProblems({ ...builtIn, isIntegrated: false })).toHaveLength(1)
    expect(pressingProblems(lost)).toHaveLength(1)
  })
})

describe('needs', () => {
  it('are listed with what decides first', () => {
    const needs = [need({ id: 'met' }), need({ id: 'check', ok: null }), need({ id: 'fix', ok: false }), need({ id: 'never', ok: false, remedy: null })]
    expect(needsInOrder(needs).map((one) => one.id)).toEqual(['never', 'fix', 'check', 'met'])
    expect(needs.map(outcomeOf)).toEqual(['met', 'to-check', 'fixable', 'no'])
  })
})

describe('a what-if', () => {
  it('leaves out what was left empty, and turns the price into dollars', () => {
    expect(readWhatIf({ ...emptyWhatIf, gpuModel: ' RTX 4090 ' }, euro).input).toEqual({ gpuModel: 'RTX 4090', gpuCount: 1, more: [], factors: {} })
    expect(readWhatIf({ ...emptyWhatIf, gpuModel: 'RTX 4090', pricePerKwh: '0,12', wattsWork: '450' }, euro).input).toEqual({ gpuModel: 'RTX 4090', gpuCount: 1, usdPerKwh: 0.15, wattsWork: 450, more: [], factors: {} })
  })
  it('says in a sentence what is wrong, field by field', () => {
    const read = readWhatIf({ ...emptyWhatIf, gpuModel: '', gpuCount: '2.5', pricePerKwh: 'abc', wattsWork: '-4', wattsWait: '99999' }, euro)
    expect(read.input).toBeNull()
    expect(Object.keys(read.problems).sort()).toEqual(['gpuCount', 'gpuModel', 'pricePerKwh', 'wattsWait', 'wattsWork'])
    expect(read.problems.gpuCount).toBe('A whole number from 1 to 64.')
  })
})

describe('a typed setting', () => {
  it('is taken when the schema takes it, and refused with its limit otherwise', () => {
    expect(readNumberSetting('electricityPricePerKwh', '0,31', false)).toEqual({ value: 0.31, problem: undefined })
    expect(readNumberSetting('electricityPricePerKwh', '', false)).toEqual({ value: null, problem: undefined })
    expect(readNumberSetting('wallPowerFactor', '9', true).problem).toBe('At most 3.')
    expect(readNumberSetting('wallPowerFactor', '', true).problem).toBe('This needs a number.')
    expect(readNumberSetting('usdPerCurrencyUnit', '0', false).problem).toBe('More than 0.')
    expect(readNumberSetting('hostPowerW', 'x', false).problem).toContain('number')
  })
})

describe('results', () => {
  it('are placed against what the model should reach', () => {
    expect(expectedScale({ value: 50, expected: { low: 80, high: 100 } })).toMatchObject({ isInside: false, low: 80 })
    expect(expectedScale({ value: 90, expected: { low: 80, high: 100 } })).toMatchObject({ isInside: true })
    expect(expectedScale({ value: 90, expected: null })).toBeNull()
  })
  it('are compared with the time before, not with noise', () => {
    expect(changeFrom({ value: 100, unit: 'GB/s' }, { value: 100.2, unit: 'GB/s' })).toBe('No more or less')
    expect(changeFrom({ value: 100, unit: 'GB/s' }, { value: 80, unit: 'GB/s' })?.replace(/\u202f/g, ' ')).toBe('20 % less')
    expect(changeFrom(null, { value: 80, unit: 'GB/s' })).toBeNull()
  })
})

describe('routes and names', () => {
  it('survive the address', () => {
    for (const detail of [null, 'north/provider|GPU-1', 'pci:0000:01:00.0:10de:2684', '100 %/x']) {
      expect(readRoute(writeRoute('compare', detail))).toEqual({ page: 'compare', detail })
    }
    expect(readRoute('')).toEqual({ page: 'overview', detail: null })
    expect(readRoute('#/nowhere/%E0%A4%A')).toEqual({ page: 'overview', detail: null })
  })
  it('number cards that share a name, and no others', () => {
    const all = [gpu(0), gpu(1), gpu(2, { name: 'Other' })]
    expect(all.map((one) => gpuTitle(one, all))).toEqual(['GeForce RTX 4090 #1', 'GeForce RTX 4090 #2', 'Other'])
  })
  it('leave the cards that stay their numbers when one of them is lost', () => {
    const [first, second, third] = [gpu(0), gpu(1), gpu(2)]
    const all = [first, third, { ...second, lostSince: now }]
    expect(all.map((one) => gpuTitle(one, all))).toEqual(['GeForce RTX 4090 #1', 'GeForce RTX 4090 #3', 'GeForce RTX 4090 #2'])
    expect(drawnGpus(all)).toMatchObject({ cards: [{ id: first.id }, { id: third.id }], lost: [{ id: second.id }], others: [] })
  })
  it('number a row’s card where another has its name', () => {
    const all = [gpu(0), gpu(1)]
    expect(cardsName(estimate({ gpuIds: ['GPU-00000001'] }), all)).toBe('GeForce RTX 4090 #2')
    expect(cardsName(estimate({ gpuIds: ['GPU-00000000', 'GPU-00000001'], gpuCount: 2 }), all)).toBe('2 × GeForce RTX 4090')
    expect(cardsName(estimate({ gpuIds: [] }), [])).toBe('GeForce RTX 4090')
  })
  it('do not say a network twice', () => {
    const [info] = programmes
    if (!info) throw new Error('no programme')
    expect(programmeName(info, info.id)).toBe('Northcloud Provider')
    expect(programmeName({ ...info, title: 'Northcloud provider' }, info.id)).toBe('Northcloud provider')
    expect(programmeName(undefined, 'x/y')).toBe('x/y')
  })
})

describe('the figures of a card', () => {
  it('say one reason once, and leave what is known in sight', () => {
    const lost = 'the card is lost'
    const { shown, unknown } = figuresOf(gpu(0), sample({ temperatureC: null, powerW: null, utilisation: null, fan: null, fanRpm: null, fans: [], unknown: { temperatureC: lost, powerW: lost, utilisation: lost, fan: 'it has none' } }), 'C')
    expect(unknown).toEqual([{ labels: ['Temperature', 'Power', 'In use'], why: 'The card is lost' }])
    expect(shown.find((figure) => figure.label === 'Fan')).toMatchObject({ value: null, why: 'It has none' })
    expect(shown.find((figure) => figure.label === 'Memory used')?.value).toContain('GiB')
  })
  it('never call an idle card slowed down', () => {
    const words = (throttle: string[] | null) => figuresOf(gpu(0), sample({ throttle }), 'C').shown.find((figure) => figure.label === 'Slowed down by')
    expect(words(['gpu_idle'])).toMatchObject({ value: 'nothing', more: 'it is idle' })
    expect(words(['gpu_idle', 'sw_power_cap'])).toMatchObject({ value: 'sw power cap' })
    expect(words(null)?.value).toBeNull()
  })
  it('name every fan, and tell one that only gives its turns', () => {
    const fan = (over: Parameters<typeof sample>[0]) => figuresOf(gpu(0), sample(over), 'C').shown.find((figure) => figure.label === 'Fan')
    const plain = (text: string | null | undefined) => text?.replace(/\u202f/g, ' ')
    expect(plain(fan({ fan: 0.4, fans: [{ share: 0.4, rpm: 1300 }, { share: 0, rpm: 0 }, { share: null, rpm: null }] })?.more)).toBe('fan 1: 40 %, 1,300 rpm; fan 2: 0 %, 0 rpm; fan 3: unknown')
    expect(plain(fan({ fan: null, fanRpm: 812, fans: [{ share: null, rpm: 812 }] })?.value)).toBe('812 rpm')
    expect(fan({ fan: null, fanRpm: null, fans: [], unknown: { fan: 'it has none' } })).toMatchObject({ value: null, why: 'It has none' })
  })
  it('do not call the fan of a card without one unknown', () => {
    const fan = (fanCount: number | null, share: number | null) => figuresOf(gpu(0, { fanCount }), sample({ fan: share, fanRpm: null, fans: [] }), 'C').shown.find((figure) => figure.label === 'Fan')?.value ?? null
    expect([fan(0, null), fan(null, null), fan(2, null)]).toEqual(['none', null, null])
    expect(fan(0, 0.3)).not.toBe('none')
  })
  it('do not say "nothing" uses a card that cannot be read', () => {
    expect(usersOf(sample({ processes: [] }))).toEqual([])
    expect(usersOf(sample({ processes: [], utilisation: null, memoryUsedBytes: null }))).toBeNull()
    expect(usersOf(sample({ processes: [{ pid: 1, name: 'C:\\Games\\a.exe', memoryBytes: null, ours: null }] }))).toEqual(['a.exe'])
    expect(usersOf(null)).toBeNull()
  })
})

describe('what several cards have in common', () => {
  const noOpenCl = { id: 'seen-by-one-layer', sentence: 'Only nvidia-smi sees this card.', remedy: 'Install it.' }
  it('is said once, with the cards that have it; what the machine says already is not', () => {
    const cards = [gpu(0, { problems: [noOpenCl, { id: 'hot', sentence: 'Hot.', remedy: null }] }), gpu(1, { problems: [{ ...noOpenCl }] }), gpu(2, { problems: [{ id: 'driver', sentence: 'Silent.', remedy: null }] })]
    const shared = sharedProblems(cards, [{ id: 'driver', sentence: 'The driver is silent.', remedy: null }])
    expect(shared.map(({ problem, gpus }) => [problem.id, gpus.map((one) => one.id)])).toEqual([['seen-by-one-layer', [cards[0]?.id, cards[1]?.id]], ['hot', [cards[0]?.id]]])
  })
})

describe('a card in words', () => {
  it('counts memory in the unit of the whole, from a slice of memory to 4 TB', () => {
    const plain = (text: string) => text.replace(/\u202f/g, ' ')
    expect(plain(ofTotal(4.2 * 1024 ** 3, 24 * 1024 ** 3))).toBe('4.2 / 24 GiB')
    expect(plain(ofTotal(119 * 1024 ** 3, 192 * 1024 ** 3))).toBe('119 / 192 GiB')
    expect(plain(ofTotal(3 * 1024 ** 4, 4 * 1024 ** 4))).toBe('3.0 / 4 TiB')
    expect(plain(ofTotal(0, 1.5 * 1024 ** 4))).toBe('0.0 / 1.5 TiB')
    expect(plain(ofTotal(100 * 1024 ** 2, 512 * 1024 ** 2))).toBe('100 MiB of 512 MiB')
  })
  it('makes a sentence of a reader’s reason', () => {
    expect(asSentence('no driver gives readings of this card')).toBe('No driver gives readings of this card.')
    expect(asSentence('nvidia-smi gave no answer.')).toBe('nvidia-smi gave no answer.')
  })
})
