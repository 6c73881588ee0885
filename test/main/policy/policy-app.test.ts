/** The policy inside the whole app: rules that cannot be read, a door that stays, a command that ends at once, and nothing left behind. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { answer } from '../../../main/api/answer.ts'
import { createApp, type App } from '../../../main/app.ts'
import type { WorkerHandle } from '../../../main/host.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { openRecordedMachine } from '../../../main/system/recorded-machine.ts'
import { createThisMachine } from '../../../main/system/this-machine.ts'
import type { PolicyState } from '../../../shared/policy-state.ts'
import { newFolder } from '../../helpers/files.ts'
import { machineFolder, resourcesFolder } from '../../helpers/gpus.ts'

const log = createLog('silent', () => {})

/** A driver that says nothing. */
function goneWorker(): WorkerHandle {
  return { pid: undefined, send: () => {}, onMessage: () => {}, onExit: (listener) => void setImmediate(() => listener({ code: 1, signal: null })), kill: () => {} }
}

async function openApp(content: Record<string, unknown>, how: { recorded?: string; keepsWatch?: boolean } = {}): Promise<{ app: App; file: Record<string, unknown>; ask(name: string, input?: unknown): Promise<PolicyState> }> {
  const dataFolder = newFolder()
  const opened = { file: content }
  const source = how.recorded === undefined ? createThisMachine({ dataFolder }) : openRecordedMachine(machineFolder(how.recorded), systemClock)
  const app = createApp({
    host: {
      door: 'headless',
      dataFolder,
      resourcesFolder,
      version: '0.0.0',
      settingsFile: { path: join(dataFolder, 'settings.json'), read: () => opened.file, write: (values) => void (opened.file = values) },
      startWorker: goneWorker,
      openExternal: () => Promise.resolve(),
      secrets: { read: () => null, write: () => {} },
      notify: null,
      keepsWatch: how.keepsWatch ?? true,
    },
    source,
    log,
  })
  onTestFinished(() => app.stop())
  await app.start()
  return {
    app,
    get file() {
      return opened.file
    },
    async ask(name, input = {}) {
      const reply = await answer(app.handlers, log, name, input)
      if (!reply.ok) throw new Error(reply.failure.message)
      return reply.value as PolicyState
    },
  }
}

test('a rule that cannot be read may have been "never": nothing is started by itself, it is said, and the file keeps it', async () => {
  const house = await openApp({ policy: { schedule: 'always, please', otherwise: 'always', programmes: { 'practice/worker': { isArmed: true } } } })
  const policy = house.app.store.read('policy')
  expect(policy.notActing).toContain('switched off')
  expect(policy.settings).toMatchObject({ isOn: false, otherwise: 'always', schedule: [] })
  await house.ask('policy.override', { kind: 'pause', minutes: 5 })
  expect(house.file['policy']).toMatchObject({ schedule: 'always, please', otherwise: 'always', overrides: [{ kind: 'pause' }] })
})

test('asked by a window: a pause, taken back, and words that make no sense', async () => {
  const house = await openApp({})
  const paused = await house.ask('policy.override', { kind: 'pause', minutes: 60 })
  expect(paused.settings.overrides).toMatchObject([{ kind: 'pause', isFor: true }])
  expect(paused.sentence).toMatch(/^Paused until /)
  expect(house.app.store.read('policy').sentence).toBe(paused.sentence)
  const resumed = await house.ask('policy.resume', { id: null })
  expect(resumed.settings.overrides).toEqual([])
  await expect(house.ask('policy.override', { kind: 'pause', gpuId: 'no-such-card' })).rejects.toThrow('There is no card "no-such-card".')
  await expect(house.ask('policy.override', { kind: 'pause', minutes: 5, until: 9e12 })).rejects.toThrow(/not both/)
  expect(house.app.history.events({ from: 0, to: 8.64e15, limit: 10, ids: ['policy-paused', 'policy-resumed'] }).map(({ id }) => id).sort()).toEqual(['policy-paused', 'policy-resumed'])
})

test('a recorded machine shows what would be done, and does nothing', async () => {
  const house = await openApp({}, { recorded: 'amd-rx-7900-xtx' })
  const policy = house.app.store.read('policy')
  expect(policy.notActing).toContain('recorded machine')
  expect(policy.cards.length).toBeGreaterThan(0)
  expect(policy.decisions.length).toBeGreaterThan(0)
})

test('a command that ends at once reads nothing of the user until it is asked to', async () => {
  const house = await openApp({}, { keepsWatch: false })
  expect(house.app.policy.state().machine.idleMs).toMatchObject({ value: null })
  expect(house.app.policy.state().notActing).toContain('ends at once')
  const looked = await house.app.policy.look()
  expect(looked.machine.diskFreeBytes.value).toBeGreaterThan(0)
})

test('a command on a recorded laptop waits for what the recording says of battery and disk, and tells once that it does nothing', async () => {
  const house = await openApp({}, { recorded: 'laptop-radeon-twice', keepsWatch: false })
  const looked = await house.app.policy.look()
  expect(looked.machine.onBattery).toMatchObject({ value: true, how: 'BAT0: discharging' })
  expect(looked.machine.charge).toMatchObject({ value: null, why: 'The battery does not say how full it is.' })
  expect(looked.machine.diskFreeBytes.value).toBe(210e9)
  expect(looked.notActing).toContain('recorded machine')
  expect(looked.why).not.toBe(looked.notActing)
})
