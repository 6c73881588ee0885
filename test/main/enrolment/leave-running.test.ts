/** Leaving while the software runs, with everything real: what the Start button started is stopped first and stays down, and another Idlewatt's on the same Docker goes on. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createEnrolment, type Enrolment } from '../../../main/enrolment/index.ts'
import { createProviderTables } from '../../../main/history/provider-tables.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { practice, softwareOn } from '../../../main/networks/index.ts'
import { createProviders, type Providers } from '../../../main/provider/index.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createDockerEngine } from '../../../main/system/docker-engine.ts'
import { createLog } from '../../../main/system/log.ts'
import { openSecretsFile } from '../../../main/system/secrets-file.ts'
import { createThisMachine } from '../../../main/system/this-machine.ts'
import type { ProviderState } from '../../../shared/provider.ts'
import { startDocker } from '../../helpers/docker-daemon.ts'
import { newFolder } from '../../helpers/files.ts'

const id = 'practice/worker'
const log = createLog('error', () => {})
const daemon = await startDocker()
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
afterAll(async () => {
  if (!('why' in daemon)) await daemon.close()
})

interface House {
  enrolment: Enrolment
  providers: Providers
  folder: string
  phase(): ProviderState['phase'] | undefined
  containers(): string[]
  spawned(): number
}

/** Joined as main/programmes.ts joins them. */
function openHouse(houseId: string, socketPath: string): House {
  const folder = newFolder()
  const database = new DatabaseSync(join(folder, 'history.sqlite'))
  bringUpToDate(database)
  const tables = createProviderTables(database, '', () => {})
  const docker = createDockerEngine({ socketPath, now: Date.now })
  const source = createThisMachine({ dataFolder: folder })
  const software = softwareOn(practice, source.platform)
  let starts = 0
  const shared = { folder: join(folder, 'providers'), houseId: () => houseId, tables, docker, source, clock: systemClock, log }
  const providers = createProviders({
    ...shared,
    entries: software.map((definition) => ({ definition, title: 'Practice worker', isPractice: true })),
    steadyMs: () => performance.now(), enrolled: (programmeId) => enrolment.software(programmeId), beforeStart: (programmeId) => enrolment.beforeStart(programmeId),
    request: () => null, cards: () => [], keepsWatch: true, onState: () => {},
    onEvents: (told) => void (starts += told.filter((event) => event.id === 'provider-started').length),
  })
  const enrolment: Enrolment = createEnrolment({
    ...shared,
    entries: practice.enrolments.map((definition) => ({ programmeId: id, title: 'Practice worker', networkTitle: 'Practice', url: practice.url, isPractice: true, definition, software: software[0] ?? null, duties: [] })),
    resourcesFolder: join(import.meta.dirname, '../../../resources'), secrets: openSecretsFile(folder),
    refusal: () => 'Nobody outside is asked in a test.', loopback: null, servers: () => ({ bandwidth: null, stun: 'off', ntp: 'off' }), signs: [], isOurs: providers.isOurs, judge: () => [], capital: () => [],
    software: {
      start: providers.start, stop: providers.stop, reading: providers.reading, forget: providers.forget, enrolmentChanged: providers.enrolmentChanged,
      isRunning: (programmeId) => providers.states().some((state) => state.programmeId === programmeId && !['not-set-up', 'stopped', 'failed'].includes(state.phase)),
    },
    onState: () => {}, onReadings: () => {}, onEvents: () => {},
  })
  closing.push(async () => {
    await enrolment.close()
    await providers.stop(id).catch(() => {})
    await providers.close()
    database.close()
  })
  const state = (): ProviderState | undefined => providers.states().find((one) => one.programmeId === id)
  return { enrolment, providers, folder, phase: () => state()?.phase, containers: () => (state()?.containers ?? []).map((one) => one.id), spawned: () => starts }
}

/** All but the step that starts it. */
async function setUpButStart({ enrolment, providers }: House): Promise<void> {
  await enrolment.begin()
  await providers.begin()
  const { hash } = await enrolment.report(id)
  await enrolment.consent(id, hash)
  await enrolment.confirm(id, 'read')
  const answered = await enrolment.answer(id, 'details', { name: 'rig', behaviour: 'usual', token: 'made-up-password' })
  for (const step of answered.steps) {
    if (step.id === 'start' || ['done', 'found-done', 'left-out'].includes(step.phase)) continue
    const after = (await enrolment.doStep(id, step.id)).steps.find((one) => one.id === step.id)
    expect(after?.phase, after?.because ?? '').toMatch(/^(done|found-done)$/)
  }
}
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 60_000, interval: 50 })

describe.skipIf('why' in daemon || process.arch !== 'x64')(`leaving what runs${'why' in daemon ? ` (skipped: ${daemon.why})` : ''}`, () => {
  if ('why' in daemon) return

  it('stops it first and keeps it down, though no step started it', async () => {
    const house = openHouse('0011223344556677', daemon.socketPath)
    await setUpButStart(house)
    await house.providers.start(id)
    await until(() => expect([house.phase(), house.containers().length]).toEqual(['running', 1]))
    const left = await house.enrolment.leave(id)
    expect(left.steps.filter((step) => step.phase === 'undo-failed').map((step) => [step.id, step.because])).toEqual([])
    expect(left).toMatchObject({ phase: 'left', blocked: null })
    expect(house.spawned()).toBe(1)
    expect(['not-set-up', 'stopped']).toContain(house.phase())
    expect(await daemon.docker.listContainers({ all: true })).toEqual([])
    const files = join(house.folder, 'providers', 'practice-worker')
    expect(existsSync(files) ? readdirSync(files, { recursive: true }).filter((name) => /worker|container|prepared/.test(String(name))) : []).toEqual([])
    await expect(house.providers.start(id)).rejects.toThrow()
  }, 120_000)

  it('does not touch another Idlewatt’s container and image', async () => {
    const [one, other] = [openHouse('0011223344556677', daemon.socketPath), openHouse('8899aabbccddeeff', daemon.socketPath)]
    await setUpButStart(one)
    await one.providers.start(id)
    await until(() => expect([one.phase(), one.containers().length]).toEqual(['running', 1]))
    const [container] = one.containers()
    await setUpButStart(other)
    const left = await other.enrolment.leave(id)
    expect(left.phase).toBe('left')
    const there = await daemon.docker.listContainers({ all: true })
    expect(there.map((each) => [each.Id, each.State])).toEqual([[container, 'running']])
    expect(one.phase()).toBe('running')
    await one.enrolment.leave(id)
    expect(await daemon.docker.listContainers({ all: true })).toEqual([])
  }, 120_000)
})
