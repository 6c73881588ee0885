/** The practice programme from consent to leaving, with everything real: loopback download, process, Docker Engine, tables on disk. Nothing else on the machine changes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { createEnrolment } from '../../../../main/enrolment/index.ts'
import { openHistory } from '../../../../main/history/index.ts'
import { practice, softwareOn } from '../../../../main/networks/index.ts'
import { createProviders, type Providers } from '../../../../main/provider/index.ts'
import { systemClock } from '../../../../main/system/clock.ts'
import { createDockerEngine } from '../../../../main/system/docker-engine.ts'
import { createThisMachine } from '../../../../main/system/this-machine.ts'
import type { Enrolment } from '../../../../main/enrolment/index.ts'
import type { EnrolmentState } from '../../../../shared/enrolment.ts'
import type { HistoryEvent } from '../../../../shared/history.ts'
import type { ProviderState } from '../../../../shared/provider.ts'
import { startDocker } from '../../../helpers/docker-daemon.ts'
import { newFolder } from '../../../helpers/files.ts'
import { resourcesFolder } from '../../earnings/estimating.ts'
import { silent } from '../../history/support.ts'

const id = 'practice/worker'
const secret = 'made-up-8841-word'
const daemon = await startDocker()
const closing: (() => Promise<void> | void)[] = []
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
  events: HistoryEvent[]
  secrets: Map<string, string>
}

/** Joined as main/programmes.ts joins them. */
function openHouse(folder: string, socketPath: string, secrets = new Map<string, string>()): House {
  const events: HistoryEvent[] = []
  const history = openHistory({ folder, clock: systemClock, log: silent, onNotice: () => {}, onRecording: () => {} })
  const docker = createDockerEngine({ socketPath, now: Date.now })
  const source = createThisMachine({ dataFolder: folder })
  const software = softwareOn(practice, source.platform)
  const providers = createProviders({
    entries: software.map((definition) => ({ definition, title: 'Practice worker', isPractice: true })),
    folder: join(folder, 'providers'), tables: history.provider, docker, source, clock: systemClock, log: silent, steadyMs: () => performance.now(),
    enrolled: (programmeId) => enrolment.software(programmeId),
    request: () => null, cards: () => [], keepsWatch: true, onState: () => {}, onEvents: (told) => events.push(...told),
    beforeStart: (programmeId: string) => enrolment.beforeStart(programmeId),
  } as Parameters<typeof createProviders>[0])
  const enrolment: Enrolment = createEnrolment({
    entries: practice.enrolments.map((definition) => ({ programmeId: id, title: 'Practice worker', networkTitle: 'Practice', url: practice.url, isPractice: true, definition, software: software[0] ?? null, duties: [] })),
    folder: join(folder, 'providers'), resourcesFolder, tables: history.provider, source, docker, clock: systemClock, log: silent,
    secrets: { read: (name) => secrets.get(name) ?? null, write: (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) },
    refusal: () => 'Nobody outside is asked in a test.', loopback: null, servers: () => ({ bandwidth: null, stun: null, ntp: null }), signs: [], isOurs: providers.isOurs,
    judge: () => [], capital: () => [],
    software: {
      start: providers.start, stop: providers.stop, reading: providers.reading, forget: providers.forget, enrolmentChanged: providers.enrolmentChanged,
      isRunning: (programmeId) => providers.states().some((state) => state.programmeId === programmeId && !['not-set-up', 'stopped', 'failed'].includes(state.phase)),
    },
    onState: () => {}, onReadings: () => {}, onEvents: (told) => events.push(...told),
  })
  closing.push(async () => {
    await enrolment.close()
    await providers.close()
    history.close()
  })
  return { enrolment, providers, folder, events, secrets }
}

const phases = (state: EnrolmentState): Record<string, string> => Object.fromEntries(state.steps.map((step) => [step.id, step.phase]))
const stateOf = ({ providers }: House): ProviderState | undefined => providers.states().find((state) => state.programmeId === id)
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 60_000, interval: 50 })

async function setUp(house: House, behaviour: string): Promise<EnrolmentState> {
  const { enrolment } = house
  const report = await enrolment.report(id)
  expect(report.blocked, 'nothing stands in the way but consent').toBeNull()
  let state = await enrolment.consent(id, report.hash)
  for (const step of state.steps) {
    const now = phases(state)[step.id]
    if (now === 'left-out' || now === 'done' || now === 'found-done') continue
    if (step.fields.length > 0) state = await enrolment.answer(id, step.id, { name: 'my worker', behaviour, token: secret })
    else {
      state = await enrolment.doStep(id, step.id)
      if (step.id === 'read') state = await enrolment.confirm(id, step.id)
    }
    const after = state.steps.find((one) => one.id === step.id)
    expect(after?.phase, `${step.id}: ${after?.because ?? ''} ${after?.remedy ?? ''}`).toMatch(/^(done|found-done)$/)
  }
  return state
}

describe.skipIf('why' in daemon || process.arch !== 'x64')(`practice, the whole way${'why' in daemon ? ` (no Docker Engine here: ${daemon.why})` : ''}`, () => {
  test('every step, a job, stop, start again, leave; what is left is what was there before', async () => {
    if ('why' in daemon) return
    await daemon.image('stranger:1')
    const stranger = await daemon.run('stranger:1', 'sleep 600')
    const house = openHouse(newFolder(), daemon.socketPath)
    const { enrolment, providers, folder, secrets } = house
    await enrolment.begin()
    await providers.begin()

    const state = await setUp(house, 'usual')
    expect(phases(state)).toMatchObject({ read: 'done', details: 'done', worker: 'done', 'worker-windows': 'left-out', prepare: 'done', archive: 'done', 'archive-arm64': 'left-out', image: 'done', start: 'done' })
    expect(state.setUpAt).not.toBeNull()
    await until(() => expect(stateOf(house)).toMatchObject({ phase: 'running', pid: expect.any(Number), containers: [{ state: 'running' }] }))
    const text = (): string => providers.logs({ programmeId: id, limit: 500 }).lines.map((line) => line.text).join('\n')
    await until(() => expect(text()).toMatch(/practice: signed in with token=/))
    await until(() => expect(text()).toContain('practice container: ready'))
    expect(text(), 'the secret is in no log').not.toContain(secret)
    expect(JSON.stringify([state, providers.states(), house.events])).not.toContain(secret)
    expect([...secrets.values()].join()).toContain(secret)
    expect(providers.stopPrice(id)).toMatchObject({ usd: 0 })

    await providers.stop(id)
    await until(() => expect(stateOf(house)).toMatchObject({ phase: 'stopped', pid: null }))
    const pid = stateOf(house)?.pid ?? null
    expect(pid).toBeNull()
    await providers.start(id)
    await until(() => expect(stateOf(house)?.phase).toBe('running'))

    const left = await enrolment.leave(id)
    const undone = left.steps.filter((step) => step.phase !== 'left-out').map((step) => [step.id, step.phase, step.because])
    for (const [stepId, phase, because] of undone) expect(phase, `${stepId}: ${because}`).not.toBe('undo-failed')
    const containers = await daemon.docker.listContainers({ all: true })
    expect(containers.map((one) => one.Id)).toEqual([stranger])
    expect((await daemon.docker.listImages()).flatMap((one) => one.RepoTags ?? [])).toEqual(['stranger:1'])
    expect(secrets.size, 'no secret is left').toBe(0)
    const programmeFolder = join(folder, 'providers', 'practice-worker')
    expect(existsSync(programmeFolder) ? readdirSync(programmeFolder, { recursive: true }).filter((name) => /worker|container|prepared/.test(String(name))) : []).toEqual([])
    expect(house.events.map((event) => event.id)).toEqual(expect.arrayContaining(['enrolment-consent', 'enrolment-set-up', 'provider-started', 'provider-ready', 'provider-stopped', 'enrolment-left']))
  }, 240_000)

  test('another Idlewatt takes over what runs, as it is', async () => {
    if ('why' in daemon) return
    const folder = newFolder()
    const first = openHouse(folder, daemon.socketPath)
    await first.providers.begin()
    await setUp(first, 'usual')
    await until(() => expect(stateOf(first)?.phase).toBe('running'))
    const before = stateOf(first)
    for (const close of closing.splice(0).reverse()) await close()

    const second = openHouse(folder, daemon.socketPath, first.secrets)
    await second.enrolment.begin()
    await second.providers.begin()
    await until(() => expect(stateOf(second)).toMatchObject({ phase: 'running', adopted: true, pid: before?.pid }))
    expect(stateOf(second)?.containers.map((one) => one.id)).toEqual(before?.containers.map((one) => one.id))
    await second.enrolment.leave(id)
    await until(() => expect(() => process.kill(before?.pid ?? 0, 0)).toThrow())
  }, 240_000)

  test('the dry run names the very files, hashes and commands, and does nothing', async () => {
    if ('why' in daemon) return
    const house = openHouse(newFolder(), daemon.socketPath)
    const report = await house.enrolment.report(id)
    const text = JSON.stringify(report)
    const { sha256 } = (JSON.parse(readFileSync(new URL('../../../../main/networks/practice/files.json', import.meta.url), 'utf8')) as { files: Record<string, { sha256: string }> }).files['practice-worker.sh'] ?? { sha256: '' }
    expect(text).toContain(sha256)
    expect(text).toContain('practice-worker.sh')
    expect(text).toContain('/bin/sh')
    expect(existsSync(join(house.folder, 'providers', 'practice-worker', 'files'))).toBe(false)
    expect(house.events).toEqual([])
  }, 60_000)
})
