/** A launcher is started with the very Docker that is watched, or not at all: what it removes is where strangers were looked for. */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { createContainerWatch, type ContainerWatch } from '../../../main/provider/containers.ts'
import { startProcess } from '../../../main/provider/process.ts'
import { spawnRun, startFault } from '../../../main/provider/supervisor-spawn.ts'
import { createDockerEngine, type DockerEngine } from '../../../main/system/docker-engine.ts'
import { startDocker, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { newFolder } from '../../helpers/files.ts'

const made = await startDocker()
const whyNot = 'why' in made ? made.why : null
const daemon = made as DockerDaemon

const launcher = {
  programmeId: 'some/launcher',
  command: { program: '/bin/sh', args: ['-c', 'echo "host=$DOCKER_HOST context=$DOCKER_CONTEXT tls=$DOCKER_TLS_VERIFY."'], env: { DOCKER_HOST: 'unix:///template.sock' } },
  containers: { imagePrefix: 'some/', expected: [] },
} as unknown as SoftwareDefinition

function setting(name: string, value: string): void {
  const before = process.env[name]
  process.env[name] = value
  onTestFinished(() => {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  })
}

function watching(docker: DockerEngine, definition: SoftwareDefinition): ContainerWatch {
  const watch = createContainerWatch({ docker, definition, onChange() {}, onLine() {}, follows: false, now: Date.now })
  onTestFinished(() => watch.close())
  return watch
}

async function launched(definition: SoftwareDefinition, containers: ContainerWatch | null): Promise<string> {
  const folder = newFolder()
  const enrolled = { isSetUp: true, answers: {}, secret: () => null }
  const { process: started } = await spawnRun({ definition, id: `spawn-${process.pid}`, folder, enrolled, cards: null, containers, layers: { startProcess }, now: Date.now })
  const output = join(folder, 'output.txt')
  appendFileSync(output, '')
  await vi.waitFor(() => expect(readFileSync(output, 'utf8')).toContain('.\n'), { timeout: 10_000 })
  started?.letGo()
  return readFileSync(output, 'utf8').trim()
}

describe.skipIf(whyNot !== null || process.platform === 'win32')(`with a real Docker Engine${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, { timeout: 60_000 }, () => {
  afterAll(() => daemon.close())

  test('whatever the settings of the user and of the launcher are', async () => {
    const watch = watching(createDockerEngine({ socketPath: daemon.socketPath, now: Date.now }), launcher)
    setting('DOCKER_HOST', 'tcp://127.0.0.1:9')
    setting('DOCKER_CONTEXT', 'far')
    setting('DOCKER_TLS_VERIFY', '1')
    expect(await launched(launcher, watch)).toBe(`host=unix://${daemon.socketPath} context= tls=.`)
  })

  test('a programme without containers is told of none', async () => {
    setting('DOCKER_HOST', `unix://${daemon.socketPath}`)
    const plain = { ...launcher, containers: null, command: { ...launcher.command, env: {} } } as SoftwareDefinition
    expect(await launched(plain, null)).toBe('host= context= tls=.')
  })

  test.each([
    ['DOCKER_HOST', 'tcp://127.0.0.1:9', /DOCKER_HOST leads to an address \(tcp:\/\/…\), not to a socket.*Remove that setting/],
    ['DOCKER_CONTEXT', 'not-there', /context “not-there”, of which nothing is to be found/],
  ])('%s that is no socket of this machine: nothing is started, and it is said', async (name, value, sentence) => {
    setting('DOCKER_HOST', '')
    setting(name, value)
    const watch = watching(createDockerEngine({ now: Date.now }), launcher)
    await watch.refresh()
    expect(watch.why()).toMatch(sentence)
    const error: unknown = await launched(launcher, watch).catch((fault: unknown) => fault)
    expect(startFault(error)).toMatchObject({ sentence: expect.stringMatching(sentence), isFinal: true, isEngineLost: false })
  })
})
