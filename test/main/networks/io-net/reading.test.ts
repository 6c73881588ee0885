/** Whether a worker of io.net works and earns: containers as they are met, the explorer's answers, the launcher's lines. */
import { describe, expect, test } from 'vitest'
import { readDevice, readReadiness } from '../../../../main/networks/io-net/device-answers.ts'
import { readWorker } from '../../../../main/networks/io-net/reading.ts'
import { stopPrice } from '../../../../main/networks/io-net/stop-price.ts'
import { repositoryOf } from '../../../../main/networks/io-net/worker-containers.ts'
import { at } from '../../earnings/estimating.ts'
import { answer, container, facts, hour, minute, monitor, noAnswer, signsOf, vc } from './facts.ts'

const device = (value: unknown) => ({ device: answer({ data: value }) })

describe('its containers', () => {
  test('exactly one of each runs: ready, and whether it is hired is not known without an answer', () => {
    const reading = readWorker(facts())
    expect(reading).toMatchObject({ activity: 'ready', earning: null, cause: null, job: null, at })
    expect(reading.sentence).toContain('was not asked')
    expect(reading.evidence).toContain('containers: 1 io-worker-vc, 1 io-worker-monitor')
  })

  test.each([
    ['two io-worker-vc', [vc(), vc({ id: 'b' }), monitor()], /2 io-worker-vc/],
    ['two monitors', [vc(), monitor(), monitor({ id: 'b' })], /2 io-worker-monitor/],
    ['no monitor', [vc()], /io-worker-monitor does not run/],
    ['no worker', [monitor()], /io-worker-vc does not run/],
    ['both exited', [vc({ state: 'exited', exitCode: 137 }), monitor({ state: 'exited' })], /Neither/],
    ['one starting again and again', [vc({ state: 'restarting', restartCount: 41 }), monitor()], /again and again \(41 times\)/],
    ['one that Docker calls unhealthy', [vc({ health: 'unhealthy' }), monitor()], /unhealthy/],
    ['the monitor paused', [vc(), monitor({ state: 'paused' })], /io-worker-monitor \(goofy_vaughan\) is paused.*"docker unpause goofy_vaughan"/],
    ['the worker paused', [vc({ state: 'paused', name: '/mad_curie' }), monitor()], /io-worker-vc \(mad_curie\) is paused.*"docker unpause mad_curie"/],
    ['both paused', [vc({ state: 'paused' }), monitor({ state: 'paused' })], /is paused/],
    ['one paused and another in its place', [vc({ state: 'paused' }), vc({ id: 'b' }), monitor()], /2 io-worker-vc/],
  ])('%s: unhealthy, broken here, and what to do', (_what, containers, says) => {
    const reading = readWorker(facts({ containers }))
    expect(reading).toMatchObject({ activity: 'unhealthy', earning: false, cause: 'broken-here' })
    expect(reading.sentence).toMatch(says)
    expect(reading.sentence).toMatch(/stop/i)
  })

  test('names are random: image, tag, digest and registry are what tells', () => {
    for (const image of ['ionetcontainers/io-worker-vc:latest', 'docker.io/ionetcontainers/io-worker-vc', 'ionetcontainers/io-worker-vc@sha256:0123', 'docker.io/ionetcontainers/io-worker-vc:v2@sha256:0123']) {
      expect(repositoryOf(image)).toBe('ionetcontainers/io-worker-vc')
      expect(readWorker(facts({ containers: [vc({ image }), monitor()] })).activity).toBe('ready')
    }
    expect(readWorker(facts({ containers: [container('stranger/io-worker-vc'), monitor()] })).activity).toBe('unhealthy')
    expect(readWorker(facts({ containers: [container('ionetcontainers/io-worker-vc-old'), monitor()] })).activity).not.toBe('ready')
  })

  test('strangers beside it change nothing', () => {
    expect(readWorker(facts({ containers: [vc(), monitor(), container('postgres:16'), container('io-worker-vc')] }))).toMatchObject({ activity: 'ready' })
  })

  test('Docker does not answer: not known, neither up nor down', () => {
    expect(readWorker(facts({ containers: null }))).toMatchObject({ activity: 'unknown', earning: null, cause: null })
  })

  test('nothing was ever started', () => {
    expect(readWorker(facts({ containers: [] }))).toMatchObject({ activity: 'unknown', earning: false })
  })
})

describe('the launcher at work', () => {
  const launching = (...lines: string[]) => facts({ containers: [], isProcessThere: true, signs: signsOf(...lines) })
  test('starting, and the sign-in reaches the user with its code', () => {
    expect(readWorker(launching())).toMatchObject({ activity: 'starting' })
    const reading = readWorker(launching('Current version: 3.0.0', 'at: https://id.io.net/device?user_code=QWER-TY12'))
    expect(reading.activity).toBe('starting')
    expect(reading.sentence).toMatch(/https:\/\/auth0\.io\.solutions\/activate.*QWER-TY12.*three minutes/)
  })
  test.each([
    ['Error: device code authorization returned: Bad Request', /VPN|proxy/],
    ['invalid_grant', /ionet_device_cache\.json/],
    ['Error: device code expired', /three minutes/],
    ['Current version: 2.0.6', /2\.0\.6.*3\.0\.0/],
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock.', /Start Docker/],
  ])('%s: unhealthy, with what mends it', (line, says) => {
    const reading = readWorker(launching(line))
    expect(reading).toMatchObject({ activity: 'unhealthy', cause: 'broken-here' })
    expect(reading.sentence).toMatch(says)
  })
  test('a launcher that reported success is not believed: without both containers it is unhealthy', () => {
    const reading = readWorker(facts({ containers: [vc()], isProcessThere: true, signs: signsOf('IO Worker is launched and ready') }))
    expect(reading).toMatchObject({ activity: 'unhealthy', cause: 'broken-here' })
    expect(reading.sentence).toMatch(/although the launcher reported success/)
  })
  test('paused after a success is paused, not a launcher that lied', () => {
    const { sentence } = readWorker(facts({ containers: [vc({ state: 'paused' }), monitor()], signs: signsOf('IO Worker is launched and ready') }))
    expect(sentence).toMatch(/is paused/)
    expect(sentence).not.toMatch(/does not run|reported success/)
  })
  test('the containers count more than an older fault of the launcher', () => {
    expect(readWorker(facts({ signs: signsOf('Error: device code expired') }))).toMatchObject({ activity: 'ready' })
  })
  test('io-launch still runs: starting', () => {
    expect(readWorker(facts({ containers: [container('ionetcontainers/io-launch:v0.1')] }))).toMatchObject({ activity: 'starting' })
  })
})

describe('what io.net says of it', () => {
  test('hired: working and earning, with the job', () => {
    const reading = readWorker(facts({ endpoints: device({ status: 'up', jobs: [{ id: 'job-7' }] }) }))
    expect(reading).toMatchObject({ activity: 'working', earning: true, cause: null, job: { id: 'job-7', since: at - minute } })
  })
  test('jobs that are over are no hire', () => {
    expect(readWorker(facts({ endpoints: device({ status: 'up', jobs: [{ id: 'a', status: 'completed' }, { id: 'b', end_date: '2026-11-01' }] }) }))).toMatchObject({ activity: 'idle', earning: false, cause: 'no-demand' })
  })
  test.each([
    ['up, no jobs', { status: 'up', jobs: [] }, 'idle', 'no-demand', /no customer/],
    ['paused', { status: 'paused' }, 'idle', 'not-eligible', /Resume/],
    ['blocked', { status: 'blocked' }, 'unhealthy', 'not-eligible', /VPN/],
    ['unsupported', { status: 'unsupported' }, 'unhealthy', 'broken-here', /docker run --rm --gpus all/],
    ['terminated', { status: 'terminated' }, 'unhealthy', 'not-eligible', /Register/],
    ['down for hours', { status: 'down' }, 'unhealthy', 'broken-here', /calls the worker "down"/],
    ['inactive', { status: 'inactive', jobs: [] }, 'unhealthy', 'broken-here', /inactive/],
  ])('running and not earning, taken apart: %s', (_what, value, activity, cause, says) => {
    const reading = readWorker(facts({ endpoints: device(value) }))
    expect(reading).toMatchObject({ activity, earning: false, cause })
    expect(reading.sentence).toMatch(says)
  })
  test('"down" within twenty minutes of the start is io.net lagging', () => {
    const young = { startedAt: at - 5 * minute }
    expect(readWorker(facts({ containers: [vc(young), monitor(young)], startedAt: at - 6 * minute, endpoints: device({ status: 'down' }) }))).toMatchObject({ activity: 'starting', cause: null })
  })
  test('not ready for block rewards: with the rules that are not met', () => {
    const endpoints = { ...device({ status: 'up', jobs: [] }), ready: answer({ device_id: 'x', block_rewards_ready: false, rules: [{ check: true, reason: 'stake met' }, { check: false, reason: 'uptime below 5 hours' }] }) }
    const reading = readWorker(facts({ endpoints }))
    expect(reading).toMatchObject({ activity: 'idle', earning: false, cause: 'not-eligible' })
    expect(reading.sentence).toContain('uptime below 5 hours')
    expect(reading.sentence).not.toContain('stake met')
  })
  test('ready for block rewards: whether it earns cannot be told, and that is said', () => {
    const endpoints = { ...device({ status: 'idle', jobs: [] }), ready: answer({ block_rewards_ready: true, rules: [] }) }
    expect(readWorker(facts({ endpoints }))).toMatchObject({ activity: 'idle', earning: null, cause: null })
  })
  test('no answer: the reason stands in the sentence', () => {
    expect(readWorker(facts({ endpoints: { device: noAnswer('api.io.solutions did not answer within 10 s') } })).sentence).toContain('did not answer within 10 s.')
  })
  test('a word nobody knows is shown as it is, without controls', () => {
    const reading = readWorker(facts({ endpoints: device({ status: 'Zombie\u001b[31m\u202e' }) }))
    expect(reading).toMatchObject({ activity: 'ready', earning: null })
    expect(reading.sentence).toContain('"zombie')
    expect(reading.sentence).not.toMatch(/[\u001b\u202e]/)
  })
  test.each([null, 7, 'x', [], {}, { data: null }, { data: [] }, { data: { status: 5, jobs: 'many' } }])('%j is no answer', (value) => {
    expect(readDevice(answer(value))).toBeNull()
    expect(readReadiness(answer(value))).toBeNull()
  })
  test('containers that are down are not made up by a good word of io.net', () => {
    for (const containers of [[monitor()], [vc({ state: 'exited' }), monitor()], [vc({ state: 'restarting' }), monitor()], []]) {
      expect(readWorker(facts({ containers, endpoints: device({ status: 'up', jobs: [{ id: 'x' }] }), signs: signsOf('IO Worker is launched and ready') }))).toMatchObject({ activity: 'unhealthy', earning: false, job: null })
    }
  })
  test.each([
    ['the monitor has died', [vc(), monitor({ state: 'exited' })], /monitor does not run/],
    ['the monitor is gone', [vc()], /monitor does not run/],
    ['there are two monitors', [vc(), monitor(), monitor({ id: 'b' })], /2 io-worker-monitor/],
    ['the monitor is paused', [vc(), monitor({ state: 'paused' })], /paused/],
  ])('hired, and %s: the hire is on, and only then is it put right', (_what, containers, says) => {
    const hired = readWorker(facts({ containers, endpoints: device({ status: 'up', jobs: [{ id: 'job-7' }] }) }))
    expect(hired).toMatchObject({ activity: 'working', earning: null, cause: null, job: { id: 'job-7', since: at - minute } })
    expect(hired.sentence).toMatch(/must not be interrupted\. Once it is over/)
    expect(hired.sentence).toMatch(says)
    for (const endpoints of [device({ status: 'up', jobs: [] }), {}]) expect(readWorker(facts({ containers, endpoints }))).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', job: null })
  })
  test('a card used while idle is named; one at rest, or hired, is not', () => {
    const cards = [{ gpuId: 'a', utilisation: 0.64, memoryUsedBytes: null }, { gpuId: 'b', utilisation: 0.02, memoryUsedBytes: null }, { gpuId: 'c', utilisation: null, memoryUsedBytes: null }]
    const idle = readWorker(facts({ cards, endpoints: device({ status: 'up', jobs: [] }) })).evidence.filter((one) => one.startsWith('card'))
    expect(idle).toHaveLength(1)
    expect(idle[0]).toMatch(/card 1: 64 %.*proof of work/)
    expect(readWorker(facts({ cards, endpoints: device({ status: 'up', jobs: [{}] }) })).evidence.filter((one) => one.startsWith('card'))).toEqual([])
  })
})

describe('what stopping costs', () => {
  test('a hire: the whole job, its first hour, the uptime', () => {
    const price = stopPrice(facts({ endpoints: device({ status: 'up', jobs: [{}] }) }))
    expect(price.sentence).toMatch(/ends a hire.*whole job is not paid.*first hour.*up for 6 h 0 min.*five hours without a break/)
    expect(price).toMatchObject({ usd: null, finishMinutes: null })
    expect(price.source?.date).toBe('2025-09-12')
  })
  test('idle, unknown and not running are told apart', () => {
    expect(stopPrice(facts({ endpoints: device({ status: 'up', jobs: [] }) })).sentence).toMatch(/loses no hire/)
    expect(stopPrice(facts()).sentence).toMatch(/^Whether it is hired is not known/)
    expect(stopPrice(facts({ containers: [] })).sentence).toMatch(/No worker container runs/)
    expect(stopPrice(facts({ containers: null, startedAt: null })).sentence).toMatch(/begin anew/)
  })
  test('the uptime is that of the younger container', () => {
    expect(stopPrice(facts({ containers: [vc({ startedAt: at - 80 * hour }), monitor({ startedAt: at - 12 * minute })] })).sentence).toContain('up for 12 min')
  })
})
