/** The fallback on a living machine: a program called nvidia-smi on the path, read by node-nvidia-smi or by ourselves. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fastClock } from '../../helpers/clocks.ts'
import { newFolder } from '../../helpers/files.ts'
import { gpusOnThisMachine, machineFolder } from '../../helpers/gpus.ts'

const xml = join(machineFolder('two-rtx-3090-linux'), 'busy.xml')
const isLinux = process.platform === 'linux'

/** A PATH with this script as nvidia-smi in front; NVML is kept out of the way. */
function withSmi(script: string): Record<string, string> {
  const folder = newFolder()
  writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'nvidia-smi'), 0o755)
  return { PATH: `${folder}:${process.env['PATH']}`, IDLEWATT_NVML_LIBRARY: '/nowhere/libnvidia-ml.so' }
}
async function look(script: string, clock?: ReturnType<typeof fastClock>) {
  const rig = gpusOnThisMachine({ env: withSmi(script), ...(clock ? { clock } : {}) })
  const detection = await rig.look()
  await rig.gpus.stop()
  return { ...detection, cards: detection.gpus.filter((gpu) => gpu.seenBy.includes('nvidia-smi')) }
}

describe.skipIf(!isLinux)('nvidia-smi on the path (skipped elsewhere than on Linux)', () => {
  test('is read where NVML does not load', async () => {
    const { cards, problems } = await look(`cat ${xml}`)
    expect(cards.map(({ name, pciAddress }) => [name, pciAddress])).toEqual([['NVIDIA GeForce RTX 3090', '0000:01:00.0'], ['NVIDIA GeForce RTX 3090', '0000:4b:00.0']])
    expect(cards[1]!.sample).toMatchObject({ powerW: 279.55, temperatureC: 73 })
    expect(problems).toEqual([])
  })
  test('a word on stderr does not hide the cards', async () => {
    expect((await look(`echo "some warning" >&2; cat ${xml}`)).cards).toHaveLength(2)
  })
  test('more than 1 MiB does not hide the cards', async () => {
    const big = join(newFolder(), 'big.xml')
    const process = '<process_info><pid>1</pid><type>C</type><process_name>p</process_name><used_memory>1 MiB</used_memory></process_info>'
    writeFileSync(big, readFileSync(xml, 'utf8').replace('</processes>', `${process.repeat(12_000)}</processes>`))
    expect((await look(`cat ${big}`)).cards).toHaveLength(2)
  })
  test('its words are understood', async () => {
    const { problems } = await look('echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18')
    expect(problems.map(({ id }) => id)).toEqual(['driver-library-mismatch'])
  })
  test('one that hangs is a state, and nothing of it is left running', async () => {
    const folder = newFolder()
    const script = `echo $$ > ${join(folder, 'pid')}; sleep 300 & echo $! > ${join(folder, 'child')}; wait`
    const { problems } = await look(script, fastClock(8))
    expect(problems.map(({ id }) => id)).toEqual(['driver-not-answering'])
    for (const name of ['pid', 'child']) {
      const pid = Number(readFileSync(join(folder, name), 'utf8'))
      await expect.poll(() => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), { timeout: 5000 }).toBe(false)
    }
  }, 60_000)
})
