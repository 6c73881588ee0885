/** The practice container on a real Docker Engine: imported, run without a network, ended; a stranger beside it stays. */
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { image, imageReference } from '../../../../main/networks/practice/source.ts'
import { practiceSoftware } from '../../../../main/networks/practice/software.ts'
import { createDockerEngine, hasImagePrefix } from '../../../../main/system/docker-engine.ts'
import { startDocker } from '../../../helpers/docker-daemon.ts'
import { root } from '../../earnings/estimating.ts'

const daemon = await startDocker()
afterAll(async () => {
  if (!('why' in daemon)) await daemon.close()
})

describe.skipIf('why' in daemon || process.arch !== 'x64')(`the practice container${'why' in daemon ? ` (no Docker Engine here: ${daemon.why})` : ''}`, () => {
  test('is made of our archive, says that it is ready, ends on request with code 0, and is removed with its image', async () => {
    if ('why' in daemon) return
    const engine = createDockerEngine({ socketPath: daemon.socketPath, now: Date.now })
    await daemon.image('stranger:1')
    const stranger = await daemon.run('stranger:1', 'sleep 600')
    const { ownContainer, containers, stop } = practiceSoftware
    if (ownContainer === undefined || containers === null) throw new Error('the practice programme has no container')
    await engine.importImage(join(root, 'resources/practice/practice-container-x64.tar'), imageReference, ownContainer.command)
    expect(await engine.hasImage(imageReference)).toBe(true)
    const id = await engine.create({ image: ownContainer.image, command: ownContainer.command, labels: ownContainer.labels, env: ownContainer.env ?? {}, networkMode: ownContainer.networkMode })
    await engine.start(id)
    const lines: string[] = []
    const following = new AbortController()
    const followed = engine.follow(id, { since: 0, signal: following.signal, onLine: (line) => lines.push(line) })
    await vi.waitFor(() => expect(lines).toContain('practice container: ready'), { timeout: 10_000 })
    const running = (await engine.containers()).filter((one) => hasImagePrefix(one.image, image))
    expect(running.map((one) => one.state)).toEqual(['running'])
    expect(running[0]?.labels[containers.label?.name ?? '']).toBe(containers.label?.value)

    await engine.stop(id, stop.graceMs)
    expect((await engine.inspect(id))?.exitCode, 'it answered SIGTERM by itself').toBe(0)
    await vi.waitFor(() => expect(lines).toContain('practice container: ended'), { timeout: 10_000 })
    following.abort()
    await followed.catch(() => undefined)
    await engine.remove(id)
    await engine.removeImage(imageReference)
    expect(await engine.hasImage(imageReference)).toBe(false)
    expect((await engine.inspect(stranger))?.state).toBe('running')
  }, 60_000)
})
