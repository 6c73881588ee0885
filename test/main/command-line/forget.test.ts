/** `detect --forget`: a lost card is no longer listed, what was recorded of it stays, and one that is here is refused. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistory } from '../../../main/history/index.ts'
import { createLog } from '../../../main/system/log.ts'
import { unknownSample } from '../../../shared/telemetry.ts'
import { aGpu } from './cards.ts'
import { emptyFolder, idlewatt, machinesFolder } from './call.ts'

const recording = 'rtx-3050'
const goneId = 'GPU-gone0000-1'

/** A card that the recording does not have was here a day ago, with one sample. */
function folderWithLostCard(): string {
  const folder = emptyFolder()
  const at = Date.now() - 60_000
  const history = openHistory({ folder, scope: recording, clock: { now: () => at, after: () => () => {} }, log: createLog('silent', () => {}), onNotice: () => {} })
  history.book.save([{ gpuId: goneId, uuid: goneId, pciAddress: '0000:99:00.0', pciDeviceId: '10de:2204', gpu: aGpu({ id: goneId, uuid: goneId, name: 'Sold Card', pciAddress: '0000:99:00.0', pciDeviceId: '10de:2204' }), firstSeenAt: at, lastSeenAt: at, lostSince: null }])
  history.record({ at, steadyMs: at, samples: { [goneId]: { ...unknownSample(at, ''), unknown: {}, powerW: 80 } }, silent: {} })
  history.close()
  return folder
}

test('a lost card is forgotten, and its samples stay', { timeout: 60_000 }, async () => {
  const data = folderWithLostCard()
  const detect = (...words: string[]): ReturnType<typeof idlewatt> => idlewatt(['detect', '--data', data, '--machine', join(machinesFolder, recording), ...words])

  const before = await detect()
  expect(before.exitCode).toBe(1)
  expect(before.stdout.replace(/\s+/g, ' ')).toContain(`idlewatt detect --forget ${goneId}`)

  const here = (JSON.parse((await detect('--json')).stdout) as { gpus: { id: string; lostSince: number | null }[] }).gpus.find((gpu) => gpu.lostSince === null)?.id ?? ''
  const refused = await detect('--forget', here, '--json')
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
  expect(refused.stderr).toMatch(/is here: only a card that is lost can be forgotten/)

  const forgotten = await detect('--forget', 'gpu-GONE', '--json')
  expect(forgotten.exitCode, forgotten.stderr).toBe(0)
  expect(JSON.parse(forgotten.stdout)).toMatchObject({ gpuId: goneId, name: 'Sold Card', forgotten: true })

  expect((await detect()).stdout).not.toContain('Sold Card')
  const again = await detect('--forget', goneId)
  expect(again).toMatchObject({ exitCode: 2, stdout: '' })
  expect(again.stderr).toContain(here)
  const past = await idlewatt(['history', '--data', data, '--gpu', goneId])
  expect(past.exitCode, past.stderr).toBe(0)
  expect(past.stdout).toContain('80 W')
})

test.each([
  ['without an id', ['--forget'], /argument missing/],
  ['with an empty one', ['--forget', ' '], /needs a value/],
  ['followed by a flag', ['--forget', '--json'], /argument missing/],
  ['beside --gpu', ['--forget', 'GPU-1', '--gpu', 'GPU-2'], /takes no --gpu/],
])('%s nothing is looked for', { timeout: 20_000 }, async (_how, words, said) => {
  const answer = await idlewatt(['detect', ...words])
  expect(answer).toMatchObject({ exitCode: 2, stdout: '' })
  expect(answer.stderr).toMatch(said)
})
