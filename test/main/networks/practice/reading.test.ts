/** What the practice worker's state is, from its process, its container and its lines. */
import { describe, expect, test } from 'vitest'
import { practiceEnrolment } from '../../../../main/networks/practice/enrolment.ts'
import { practiceSoftware, readPracticeLine } from '../../../../main/networks/practice/software.ts'
import type { ContainerFacts, SoftwareFacts } from '../../../../main/networks/network.ts'
import { noReadings } from '../../../../shared/preflight.ts'
import { citedUrls, networks, practice, programmeInfos } from '../../../../main/networks/index.ts'

const at = Date.parse('2026-11-23T12:00:00Z')
const container: ContainerFacts = { id: 'a', name: '/x', image: 'idlewatt-practice:1', state: 'running', labels: {}, startedAt: at - 60_000, exitCode: null, restartCount: 0, health: null }
const signs = (...lines: string[]): SoftwareFacts['signs'] => lines.flatMap((line, i) => { const sign = readPracticeLine(line); return sign === null ? [] : [{ ...sign, at: at - 10_000 + i * 1000 }] })
const facts = (change: Partial<SoftwareFacts> = {}): SoftwareFacts => ({ at, signs: signs('practice: starting as x', 'practice: ready'), lastLineAt: null, isProcessThere: true, containers: [container], services: {}, endpoints: {}, registry: null, cards: [], answers: {}, startedAt: at - 60_000, ...change })
const read = (change: Partial<SoftwareFacts> = {}) => practiceSoftware.read(facts(change))

describe('its reading', () => {
  test('starting, ready, waiting, working, and idle again', () => {
    expect(read({ signs: [] }).activity).toBe('starting')
    expect(read()).toMatchObject({ activity: 'ready', earning: null })
    expect(read({ signs: signs('practice: ready', 'practice: waiting for a job') })).toMatchObject({ activity: 'idle', earning: false, cause: 'no-demand' })
    expect(read({ signs: signs('practice: job 3 started') })).toMatchObject({ activity: 'working', earning: true, job: { id: '3', since: at - 10_000 } })
    expect(read({ signs: signs('practice: job 3 started', 'practice: job 3 finished in 9 s') })).toMatchObject({ activity: 'idle', job: null })
    expect(read({ signs: signs('practice: job 3 started', 'practice: job 3 failed') })).toMatchObject({ earning: false, cause: 'broken-here', job: null })
  })
  test('a failed job is said until another one is finished, and an error until something else is said', () => {
    const failed = ['practice: job 1 started', 'practice: job 1 failed', 'practice: waiting for a job']
    expect(read({ signs: signs(...failed) })).toMatchObject({ activity: 'idle', earning: false, cause: 'broken-here', sentence: expect.stringContaining('job 1 failed'), job: null })
    expect(read({ signs: signs(...failed, 'practice: job 2 started') })).toMatchObject({ activity: 'working', earning: true, job: { id: '2' } })
    expect(read({ signs: signs(...failed, 'practice: job 2 started', 'practice: job 2 finished in 9 s', 'practice: waiting for a job') })).toMatchObject({ activity: 'idle', cause: 'no-demand' })
    expect(read({ signs: signs('practice: ready', 'practice: error: x') })).toMatchObject({ activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: expect.stringContaining('reports an error') })
    expect(read({ containers: [], signs: signs('practice: ready', 'practice: error: x') }).sentence).toContain('container does not run')
  })
  test('a container that is missing, doubled or left behind is unhealthy', () => {
    expect(read({ containers: [] })).toMatchObject({ activity: 'unhealthy', cause: 'broken-here' })
    expect(read({ containers: [container, { ...container, id: 'b' }] }).sentence).toContain('2 practice containers')
    expect(read({ isProcessThere: false }).sentence).toContain('without its worker')
    expect(read({ containers: [{ ...container, state: 'exited' }] }).activity).toBe('unhealthy')
    expect(read({ isProcessThere: false, containers: [{ ...container, state: 'paused' }] }).sentence).toContain('without its worker')
  })
  test('a container that is paused is said to be paused', () => {
    expect(read({ containers: [{ ...container, state: 'paused' }] })).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', sentence: expect.stringMatching(/The container x is paused\. Resume it with "docker unpause x"/) })
  })
  test('just started, it waits for its container; without Docker nothing is known', () => {
    expect(read({ containers: [], startedAt: at - 2000 }).activity).toBe('starting')
    expect(read({ containers: null })).toMatchObject({ activity: 'unknown', earning: null })
  })
  test('stopping in a job names it, and costs nothing', () => {
    expect(practiceSoftware.stopPrice(facts({ signs: signs('practice: job 3 started') }))).toMatchObject({ usd: 0, sentence: expect.stringContaining('job 3 (10 s so far)') })
  })
  test('how long finishing takes is known by the last job alone', () => {
    const minutes = (change: Partial<SoftwareFacts>): number | null => practiceSoftware.stopPrice(facts(change)).finishMinutes
    expect(minutes({ signs: signs('practice: job 3 started') })).toBeNull()
    expect(minutes({ signs: signs('practice: job 2 finished in 90 s', 'practice: job 3 started') })).toBe(2)
    expect(minutes({ signs: signs('practice: job 2 finished in 3 s', 'practice: job 3 started') })).toBeNull()
    expect(minutes({})).toBe(0)
    expect(minutes({ isProcessThere: null })).toBeNull()
    expect(minutes({ isProcessThere: false, signs: signs('practice: job 3 started') })).toBe(0)
  })
})

describe('its steps', () => {
  const { steps } = practiceEnrolment
  test('there is one of every kind that changes something, and every undo', () => {
    expect(new Set(steps.map((step) => step.do.kind))).toEqual(new Set(['by-hand', 'ask', 'check', 'download', 'command', 'image', 'start']))
    expect(new Set(steps.map((step) => step.undo.kind))).toEqual(new Set(['nothing', 'forget-answers', 'remove-file', 'remove-paths', 'remove-images', 'remove-containers', 'stop']))
  })
  test('what downloads nothing says so', () => {
    for (const step of steps) if (step.do.kind === 'image' || step.do.kind === 'start') expect(step.effects, step.id).toMatchObject({ downloadBytes: 0, diskBytes: expect.any(Number) })
  })
  test('told to report errors it counts as started; unwell for another reason it does not', () => {
    const start = steps.find((step) => step.id === 'start')
    const isSo = start?.verify.kind === 'software' ? start.verify.isSo : null
    expect(isSo?.(read({ signs: signs('practice: ready', 'practice: error: x') })).ok).toBe(true)
    expect(isSo?.(read({ containers: [] })).ok).toBe(false)
  })
  test('nobody outside is asked', () => {
    for (const step of steps) if (step.do.kind === 'download') expect(step.do.url).toMatch(/^own:practice\//)
    expect(practiceSoftware.endpoints).toEqual([])
    expect(practiceSoftware.ownContainer?.networkMode).toBe('none')
  })
  test.each([
    ['linux', 'x64', ['worker', 'prepare', 'archive']],
    ['darwin', 'arm64', ['worker', 'prepare', 'archive-arm64']],
    ['win32', 'x64', ['worker-windows', 'prepare-windows', 'archive']],
    ['linux', undefined, ['worker', 'prepare', 'archive']],
  ] as const)('%s on %s takes its own files', (platform, arch, ids) => {
    const here = steps.filter((step) => step.leftOut !== undefined && step.leftOut({ platform, ...(arch === undefined ? {} : { arch }), readings: noReadings(0), answers: {} }) === null).map((step) => step.id)
    expect(here).toEqual(ids)
  })
  test('bad names are refused, and the made-up password is not repeated', () => {
    const refuse = steps.find((step) => step.id === 'details')?.refuse
    expect(refuse?.('name', 'my worker-1')).toBeNull()
    for (const name of ['', ' x', '-x', 'a\nb', '$(x)', 'x'.repeat(41)]) expect(refuse?.('name', name), JSON.stringify(name)).toMatch(/\.$/)
    expect(refuse?.('token', 'made-up-one')).toBeNull()
    expect(refuse?.('token', 'short')).not.toContain('short')
  })
})

test('it stands apart: in no list of networks, in no comparison, and names nothing to open in a browser', () => {
  expect(networks).not.toContain(practice)
  expect(practice.isPractice).toBe(true)
  expect(programmeInfos().map((one) => one.id)).not.toContain('practice/worker')
  expect(programmeInfos([practice]).map((one) => one.id)).toEqual(['practice/worker'])
  for (const url of citedUrls()) expect(url).not.toContain('practice')
})
