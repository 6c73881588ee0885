/** What every programme tells the run policy: sources, sentences, and models that the table of GPUs knows. */
import { describe, expect, test } from 'vitest'
import { citedUrls, networks, practice, softwareOn } from '../../../main/networks/index.ts'
import { deviceOf } from '../../../main/networks/io-net/devices.ts'
import type { Card } from '../../../main/networks/network.ts'
import { gpuTable } from '../earnings/estimating.ts'

const all = [...networks, practice]
const models = new Set(gpuTable.rows.map(({ model }) => model))
const sentence = /^[A-Z].*[^.]\.$/s

describe.each(all.flatMap((network) => network.programmes.map((programme) => ({ network, programme, id: programme.id }))))('$id', ({ network, programme }) => {
  const { demands } = programme

  test('says why, in sentences, and where each is from', () => {
    const sources = [demands.exclusiveSource, ...demands.ceilings.map(({ source }) => source), ...(demands.uptime === null ? [] : [demands.uptime.source])]
    for (const { url, date, note } of sources) {
      expect(url).not.toBe('')
      expect(date !== null || (note ?? '') !== '', url).toBe(true)
      if (url.startsWith('https:')) expect(citedUrls()).toContain(url)
    }
    for (const text of [demands.exclusiveWhy, demands.startWhy, ...(demands.uptime === null ? [] : [demands.uptime.sentence])]) expect(text).toMatch(sentence)
  })

  test('its figures are shares and lengths that there can be', () => {
    expect(demands.startMinutes).toBeGreaterThan(0)
    expect(demands.startMinutes).toBeLessThanOrEqual(60)
    for (const { gpu, processor } of demands.ceilings) for (const share of [gpu, processor ?? 1]) expect(share > 0 && share <= 1).toBe(true)
    const { share = null, offlineMinutesADay = null, rewardsAfterHours = null } = demands.uptime ?? {}
    expect(share === null || (share > 0 && share <= 1)).toBe(true)
    expect(offlineMinutesADay === null || (offlineMinutesADay > 0 && offlineMinutesADay < 1440)).toBe(true)
    expect(rewardsAfterHours === null || (rewardsAfterHours > 0 && rewardsAfterHours < 168)).toBe(true)
  })

  test('ceilings are of models in the table, each in one list, and what holds for every card comes last', () => {
    const named = demands.ceilings.flatMap((ceiling) => ceiling.models ?? [])
    expect(named.filter((model) => !models.has(model))).toEqual([])
    expect(new Set(named).size).toBe(named.length)
    expect(demands.ceilings.slice(0, -1).every((ceiling) => ceiling.models !== null && ceiling.models.length > 0)).toBe(true)
  })

  test('what takes the whole machine shares it with nothing, and what uses no card minds none', () => {
    if (programme.takesWholeMachine) expect(demands).toMatchObject({ cards: 'all', exclusive: 'machine' })
    if (demands.cards === 'none') expect(demands).toMatchObject({ exclusive: 'free', ceilings: [] })
    if (demands.ceilings.length > 0) expect(demands.exclusive).not.toBe('free')
  })

  test('a figure that is no published one says so', () => {
    const isManaged = softwareOn(network, 'linux').some(({ programmeId, kind }) => programmeId === programme.id && kind === 'managed')
    if (!isManaged) expect(demands.startWhy).toMatch(/^Assumed: /)
  })
})

test('only the programme to practise with is made to be interrupted', () => {
  expect(all.flatMap(({ programmes }) => programmes).filter(({ demands }) => demands.interruption === 'free').map(({ id }) => id)).toEqual(['practice/worker'])
})

test('ceilings by model agree with the published list by name, and the two in doubt are said to be assumed', () => {
  const ceilings = networks.find(({ id }) => id === 'io-net')?.programmes[0]?.demands.ceilings ?? []
  expect(ceilings.length).toBe(4)
  for (const facts of gpuTable.rows) {
    const device = deviceOf({ name: facts.model, facts, memoryBytes: facts.memoryBytes } as Card)
    const found = ceilings.find((ceiling) => ceiling.models?.includes(facts.model))
    if (device?.idleGpuCeiling != null) expect(found, facts.model).toMatchObject({ gpu: device.idleGpuCeiling, processor: 0.3 })
    // The published table of ceilings names the L40 although no multiplier does.
    else if (found && facts.model !== 'L40') expect(found.source.note, facts.model).toMatch(/assumed/)
  }
  expect(ceilings.at(-1)).toMatchObject({ models: null, gpu: 1, processor: 0.3 })
})
