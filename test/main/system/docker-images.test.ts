/** Pulling images from a loopback registry into a real engine whose disk is small: progress, cancelling, a swapped layer, a full disk. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createDockerConnection } from '../../../main/system/docker-connection.ts'
import { createDockerEngine, type DockerEngine } from '../../../main/system/docker-engine.ts'
import { pullImage } from '../../../main/system/docker-images.ts'
import { startDocker, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { startRegistry, type DockerRegistry } from '../../helpers/docker-registry.ts'
import { newFolder } from '../../helpers/files.ts'

const made = await startDocker({ diskMegabytes: 64 })
const whyNot = 'why' in made ? made.why : null
const daemon = made as DockerDaemon

describe.skipIf(whyNot !== null)(`pulling an image${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, { timeout: 60_000 }, () => {
  let docker: DockerEngine
  let registry: DockerRegistry
  beforeAll(() => void (docker = createDockerEngine({ socketPath: daemon.socketPath, now: Date.now })))
  // Each with a layer of its own: an engine may go on with a download that was given up.
  beforeEach(async () => {
    registry = await startRegistry(newFolder(), 8)
    onTestFinished(registry.close)
  })
  afterAll(() => daemon.close())
  const never = new AbortController().signal
  const quiet = { signal: never, onProgress() {} }

  test('cancelled on the way: it is said, and no image stands', async () => {
    registry.layer('slow')
    const ending = new AbortController()
    const pulled = docker.pull(registry.reference, { signal: ending.signal, onProgress: (done) => done > 0 && ending.abort() })
    await expect(pulled).rejects.toMatchObject({ name: 'DockerFault', kind: 'cancelled' })
    expect(await docker.hasImage(registry.reference)).toBe(false)
    await expect(docker.pull(registry.reference, { signal: ending.signal, onProgress() {} })).rejects.toMatchObject({ kind: 'cancelled' })
  })

  test('a layer that was swapped is refused', async () => {
    registry.layer('swapped')
    await expect(docker.pull(registry.reference, quiet)).rejects.toThrow(/filesystem layer verification failed/)
    expect(await docker.hasImage(registry.reference)).toBe(false)
  })

  test('one that stands still is given up', async () => {
    registry.layer('drip')
    const connection = createDockerConnection({ socketPath: daemon.socketPath })
    await expect(pullImage(connection, registry.reference, { ...quiet, silenceMs: 1000 })).rejects.toMatchObject({ kind: 'timed-out', message: /Nothing more came .* for 1 s/ })
  })

  test('whole, with its progress in bytes', async () => {
    registry.layer('slow')
    const told: [number, number | null][] = []
    await docker.pull(registry.reference, { signal: never, onProgress: (done, total) => told.push([done, total]) })
    expect(told.length).toBeGreaterThan(2)
    expect(told.every(([done], index) => done >= (told[index - 1]?.[0] ?? 0))).toBe(true)
    expect(told.every(([, total]) => total === registry.layerBytes)).toBe(true)
    expect(told.at(-1)).toEqual([registry.layerBytes, registry.layerBytes])
    expect(await docker.hasImage(registry.reference)).toBe(true)
    await docker.removeImage(registry.reference)
  })

  test('what the registry does not have, and a registry that is not there', async () => {
    await expect(docker.pull(registry.reference.replace('pulled', 'nothing'), quiet)).rejects.toMatchObject({ kind: 'not-found', message: /is not there .*manifest unknown/ })
    await expect(docker.pull('127.0.0.1:1/example/x:1', quiet)).rejects.toThrow(/could not reach the registry.*Check the connection/)
  })

  test('a full disk is said as such', async () => {
    const large = newFolder()
    spawnSync('sh', ['-c', 'head -c 90000000 /dev/zero > bytes && tar -cf root.tar bytes'], { cwd: large })
    await expect(docker.importImage(join(large, 'root.tar'), 'example/large:1', ['/x'])).rejects.toMatchObject({ kind: 'disk-full', message: /is full.*Make room/ })
    expect(await docker.hasImage('example/large:1')).toBe(false)
  })
})
