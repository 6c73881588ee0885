/** Service: a machine with NVIDIA's library (ours, with NVML's entry points) is written down through the probe, and read again. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Gpu } from '../../../../shared/machine.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { systemClock } from '../../../../main/system/clock.ts'
import { newFolder } from '../../../helpers/files.ts'
import { gpusOn, gpusOnThisMachine } from '../../../helpers/gpus.ts'
import { build, canBuild } from '../../../native/stub.ts'

const isNvidia = ({ vendor }: Gpu): boolean => vendor === 'nvidia'
/** What is meant to differ, and what another machine's files beside the library add. */
const essence = (card: Gpu): object => ({ ...card, id: '', uuid: '', firstSeenAt: null, views: [], sample: card.sample && { ...card.sample, takenAt: 0, incidents: [], processes: card.sample.processes.map(({ pid, memoryBytes }) => ({ pid, memoryBytes })) }, attachment: card.attachment?.kind ?? null })

describe.skipIf(!canBuild)('a machine with NVML', () => {
  it('is written down with all its library answers, but for the cards’ UUIDs', { timeout: 30_000 }, async () => {
    const live = gpusOnThisMachine({ env: { IDLEWATT_NVML_LIBRARY: build(), STUB_DEVICES: '2', STUB_DATACENTER: '1', PATH: '/nowhere' } })
    const before = (await live.look()).gpus.filter(isNvidia)
    const made = await live.gpus.capture()
    await live.gpus.stop()
    expect(made.notes).toEqual([])
    expect(before).toHaveLength(2)
    for (const { uuid } of before) expect(JSON.stringify(made.files)).not.toContain(uuid?.replace('GPU-', ''))

    const folder = join(newFolder(), 'captured')
    mkdirSync(folder)
    for (const [name, text] of Object.entries(made.files)) writeFileSync(join(folder, name), text)
    const again = gpusOn(openRecordedMachine(folder, systemClock))
    const after = (await again.look()).gpus.filter(isNvidia)
    await again.gpus.stop()
    expect(after.map(essence)).toEqual(before.map(essence))
    expect(new Set(after.map(({ id }) => id)).size).toBe(2)
  })
})
