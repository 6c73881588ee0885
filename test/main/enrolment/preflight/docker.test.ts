/** What preflight says of a real Docker Engine: containers and images beside programmes' own, a card tried in a container, and an engine that ends. */
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SoftwareDefinition } from '../../../../main/networks/network.ts'
import { createDockerEngine } from '../../../../main/system/docker-engine.ts'
import { startDocker } from '../../../helpers/docker-daemon.ts'
import { preflightOf, thisMachine } from './survey.ts'

const daemon = await startDocker()
const hasClient = ['/usr/bin/docker', '/usr/local/bin/docker'].some((path) => existsSync(path))
const worker = { programmeId: 'some/worker', title: 'Some worker', software: { containers: { imagePrefix: 'somenetwork/', expected: [] }, services: null } as unknown as SoftwareDefinition }

afterAll(async () => {
  if (!('why' in daemon)) await daemon.close()
})

describe.skipIf('why' in daemon)(`with a real Docker Engine${'why' in daemon ? ` (skipped: ${daemon.why})` : ''}`, () => {
  if ('why' in daemon) return
  const before = process.env['DOCKER_HOST']
  beforeAll(async () => {
    // What is tried uses the engine that is looked at, wherever the user's own settings lead.
    process.env['DOCKER_HOST'] = 'unix:///nowhere/docker.sock'
    await daemon.image('somenetwork/worker:1')
    await daemon.image('ubuntu:24.04')
  })
  afterAll(() => {
    if (before === undefined) delete process.env['DOCKER_HOST']
    else process.env['DOCKER_HOST'] = before
  })
  const { preflight } = preflightOf({ source: thisMachine(), docker: createDockerEngine({ socketPath: daemon.socketPath, now: Date.now }), entries: [worker] })

  test('lists containers, tells a programme’s from others, and touches none', { timeout: 60_000 }, async () => {
    const own = await daemon.run('somenetwork/worker:1', 'sleep 1000')
    const stranger = await daemon.run('ubuntu:24.04', 'sleep 1000')
    const readings = await preflight.take({ only: ['docker', 'software', 'containerToolkit'] })
    expect(readings.docker.value).toMatchObject({ answers: true, version: expect.stringMatching(/^\d+\./) })
    expect(readings.docker.value?.containers.map(({ id }) => id).sort()).toEqual([own, stranger].sort())
    expect(readings.software.value).toEqual([{ programmeId: 'some/worker', programmeTitle: 'Some worker', what: expect.stringContaining('somenetwork/worker:1'), isOurs: false }])
    const states = await Promise.all([own, stranger].map(async (id) => (await daemon.docker.getContainer(id).inspect()).State.Running))
    expect(states).toEqual([true, true])
  })

  test.skipIf(!hasClient)('tries a card in a container only when asked, says what Docker says, and leaves no container', { timeout: 60_000 }, async () => {
    const before = (await daemon.docker.listContainers({ all: true })).map(({ Id }) => Id).sort()
    const readings = await preflight.take({ only: ['docker', 'cardInContainer'] })
    // Without the toolkit the engine itself refuses; with it and a card, the container sees one.
    if (readings.cardInContainer.value?.works !== true) expect(readings.cardInContainer.value).toEqual({ works: false, said: expect.stringMatching(/could not select device driver|nvidia/i) })
    expect((await daemon.docker.listContainers({ all: true })).map(({ Id }) => Id).sort()).toEqual(before)
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('idlewatt-card-check-'))).toEqual([])
  })

  test('an engine that has ended is said, with what mends it', { timeout: 60_000 }, async () => {
    await daemon.kill()
    const readings = await preflight.take({ only: ['docker', 'cardInContainer'] })
    expect(readings.docker.value).toMatchObject({ answers: false, why: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) })
    expect(readings.cardInContainer.why).toContain('Docker does not answer')
    expect(preflight.machineChecks().find(({ id }) => id === 'docker')).toMatchObject({ ok: false })
  })
})
