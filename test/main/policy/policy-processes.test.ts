/** The policy over real provider software: real processes end within a second of the user's coming back, and outlive Idlewatt itself. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { createPolicy, type Policy } from '../../../main/policy/index.ts'
import { realLayers } from '../../../main/policy/layers.ts'
import type { Providers } from '../../../main/provider/index.ts'
import type { MachineSource } from '../../../main/system/machine-source.ts'
import { createLog } from '../../../main/system/log.ts'
import { readRow } from '../../../main/system/process-table.ts'
import type { PolicySettings } from '../../../shared/policy.ts'
import { newFolder } from '../../helpers/files.ts'
import { demands, known, machine, settings } from '../../helpers/policy-inputs.ts'
import { openProviderHouse, scriptDefinition, type ProviderHouse } from '../../helpers/provider-house.ts'

const id = 'test/worker'
/** The policy's minutes pass in seconds; the software's own time is the real one. */
const times = 150

interface Desk {
  policy: Policy
  user(is: 'here' | 'away'): void
}

function openDesk(providers: () => Providers, stored: { settings: PolicySettings }): Desk {
  const began = performance.now()
  const startedAt = Date.now()
  const fast = (): number => (performance.now() - began) * times
  let isHere = false
  let inputAt: number | null = null
  let listener = (): void => {}
  const policy = createPolicy(
    {
      clock: {
        now: () => startedAt + fast(),
        after(ms, run) {
          const timer = setTimeout(run, ms / times)
          return () => clearTimeout(timer)
        },
      },
      log: createLog('warn', (line) => process.stderr.write(line)),
      steadyMs: fast,
      source: { platform: process.platform, recorded: null, run: () => Promise.resolve({ kind: 'not-found' }) } as unknown as MachineSource,
      senses: null,
      keepAwake: null,
      dataFolder: '/nowhere',
      settings: () => stored.settings,
      saveSettings: (wanted) => void (stored.settings = wanted),
      zone: () => 'UTC',
      cards: () => [],
      measured: () => [],
      programmes: () =>
        providers()
          .states()
          .map(({ programmeId, phase, since, kind, job, earning }) => ({ programmeId, title: 'Test worker', isPractice: true, kind, isSetUp: phase !== 'not-set-up', cannotStart: null, phase, refusals: 0, since, job, earning, gpuIds: [], demands: demands({ cards: 'none', exclusive: 'free' }), worth: null, stopPrice: { sentence: 'Stopping costs nothing.', usd: 0, finishMinutes: null } })),
      signs: [],
      prices: () => [],
      isOurs: (pid) => providers().isOurs(pid),
      start: (programmeId) => providers().start(programmeId),
      finish: (programmeId) => providers().finish(programmeId),
      stop: (programmeId, how) => providers().stop(programmeId, how),
      keepsWatch: true,
      onState: () => {},
      onEvents: () => {},
    },
    {
      ...realLayers,
      createSenses: () => ({
        machine() {
          const at = startedAt + fast()
          const still = machine()
          return { ...still, idleMs: known(isHere ? 0 : inputAt === null ? 3_600_000 : fast() - inputAt, 'told by the test', at), isAttended: known(true, 'told by the test', at) }
        },
        begin() {},
        hasRead: () => true,
        wants() {},
        onChange(heard) {
          listener = heard
          return () => {}
        },
        stop: () => Promise.resolve(),
      }),
      createKeepAwake: () => ({ set() {}, state: () => null, problem: () => null, close() {} }),
      createSleep: () => ({ can: () => Promise.resolve({ sleeps: null, wakes: null, sentence: '' }), sleepUntil: () => Promise.resolve() }),
      uptimeMs: () => null,
    },
  )
  return {
    policy,
    user(is) {
      isHere = is === 'here'
      inputAt = fast()
      if (is === 'here') listener()
    },
  }
}

async function gone(pid: number): Promise<number> {
  const began = performance.now()
  await vi.waitFor(() => expect(readRow(pid)).toBe(null), { timeout: 15_000, interval: 5 })
  return performance.now() - began
}

function pidOf(house: ProviderHouse): number {
  const { pid } = house.state(id)
  if (pid === null) throw new Error('it has no process')
  return pid
}

test.skipIf(process.platform === 'win32')('started by hand, the user comes back, it ends within a second; after calm it runs again; a killed Idlewatt changes nothing of that', { timeout: 60_000 }, async () => {
  const house = openProviderHouse(newFolder(), [scriptDefinition(id, ['-c', 'echo ready; while :; do sleep 1; done'])])
  const stored = { settings: settings({ idleAfterMinutes: 0.5 }, []) }
  const desk = openDesk(() => house.providers, stored)
  onTestFinished(async () => {
    await desk.policy.stop()
    await house.end()
  })
  await house.providers.begin()
  desk.policy.begin()
  // Nobody has started it: it stays as it is, however long nobody is there.
  await vi.waitFor(() => expect(desk.policy.state().decisions[0]?.because[0]?.rule).toBe('not-armed'))
  expect(house.state(id).phase).toBe('stopped')

  desk.user('here')
  desk.policy.armed(id)
  expect(desk.policy.bar(id)).toBe(null)
  await house.providers.start(id)
  await house.becomes('running', id)

  // "Run now" is taken back: from here on it runs only while nobody is there.
  const first = pidOf(house)
  desk.policy.resume(null)
  expect(await gone(first)).toBeLessThan(1000)
  desk.user('away')
  await house.becomes('running', id)
  const second = pidOf(house)
  expect(second).not.toBe(first)
  desk.user('here')
  expect(await gone(second)).toBeLessThan(1000)
  desk.user('away')
  await house.becomes('running', id)

  // Idlewatt is killed and started again: what ran is taken over, and ends for the user as before.
  const third = pidOf(house)
  await desk.policy.stop()
  await house.again('killed')
  await house.becomes('running', id)
  expect(pidOf(house)).toBe(third)
  const next = openDesk(() => house.providers, stored)
  onTestFinished(() => next.policy.stop())
  next.policy.begin()
  await vi.waitFor(() => expect(next.policy.state().decisions[0]?.do).toBe('run'))
  next.user('here')
  expect(await gone(third)).toBeLessThan(1000)
  expect(stored.settings.programmes[id]?.isArmed).toBe(true)
})
