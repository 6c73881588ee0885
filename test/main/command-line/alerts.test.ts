/** `alerts`: lists what is wrong, sets up where one is told, tries it against a server here, and gives no secret away. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alertsText } from '../../../main/command-line/alerts.ts'
import { openHistory } from '../../../main/history/index.ts'
import { createLog } from '../../../main/system/log.ts'
import { systemClock } from '../../../main/system/clock.ts'
import type { Alert } from '../../../shared/health.ts'
import type { KnownCard } from '../../../shared/machine.ts'
import { aGpu } from './cards.ts'
import { emptyFolder, entryFile, idlewatt } from './call.ts'

const since = Date.UTC(2026, 10, 23, 6)
const alert: Alert = {
  id: 'hot:GPU-1',
  rule: 'hot',
  gpuId: 'GPU-1',
  gpuName: 'NVIDIA H200',
  severity: 'critical',
  title: 'Too hot',
  sentence: 'The core is at 95 °C.',
  remedy: 'Look at its fans.',
  since,
  until: null,
  evidence: [{ at: since, label: 'Core temperature', value: '95 °C' }],
  toldAt: null,
}

function rememberedCard(gpuId: string): KnownCard {
  return { gpuId, uuid: gpuId, pciAddress: null, pciDeviceId: null, gpu: aGpu({ id: gpuId, uuid: gpuId }), firstSeenAt: since, lastSeenAt: since, lostSince: null }
}

describe('the list', () => {
  test('each alert with since when, why and what to do; ended ones with how long they lasted', () => {
    const text = alertsText({ open: [alert], ended: [{ ...alert, title: 'Fan stopped', until: since + 600_000 }], channels: [], watchedBy: null, now: since + 7_200_000 })
    for (const said of ['CRITICAL', 'NVIDIA H200 (GPU-1): Too hot', 'The core is at 95 °C. Look at its fans.', 'for 2 h; not told yet', 'Core temperature 95 °C', 'Fan stopped; it lasted 10 min', 'Nothing keeps watch now']) expect(text).toContain(said)
  })

  test('an open one that is severe makes the exit code 1, a note does not', { timeout: 20_000 }, async () => {
    for (const [severity, exitCode] of [['critical', 1], ['warning', 1], ['info', 0]] as const) {
      const folder = emptyFolder()
      const history = openHistory({ folder, scope: null, clock: systemClock, log: createLog('silent', () => {}), onNotice: () => {}, onRecording: () => {} })
      history.saveAlerts([{ ...alert, severity }])
      history.close()
      const answer = await idlewatt(['alerts', 'list', '--json', '--data', folder])
      expect(answer.exitCode, severity).toBe(exitCode)
      expect((JSON.parse(answer.stdout) as { open: Alert[] }).open).toEqual([{ ...alert, severity }])
    }
  })

  test('of the recordings where nothing else was ever watched with this data folder', { timeout: 20_000 }, async () => {
    const folder = emptyFolder()
    const ofRig = openHistory({ folder, scope: 'my-rig', clock: systemClock, log: createLog('silent', () => {}), onNotice: () => {} })
    ofRig.book.save([rememberedCard('GPU-1')])
    ofRig.saveAlerts([alert])
    ofRig.close()
    const alone = await idlewatt(['alerts', '--data', folder])
    expect(alone.exitCode).toBe(1)
    for (const said of ['the recorded machine "my-rig"', 'Too hot']) expect(alone.stdout).toContain(said)

    const ofThis = openHistory({ folder, scope: null, clock: systemClock, log: createLog('silent', () => {}), onNotice: () => {} })
    ofThis.book.save([rememberedCard('GPU-2')])
    ofThis.close()
    const beside = await idlewatt(['alerts', '--data', folder])
    expect(beside.exitCode).toBe(0)
    expect(beside.stdout).not.toContain('my-rig')
  })

  test('nothing open', { timeout: 20_000 }, async () => {
    const answer = await idlewatt(['alerts'])
    expect(answer.exitCode).toBe(0)
    expect(answer.stdout).toContain('No alerts are open.')
  })
})

describe('where one is told', () => {
  const got: { path: string; headers: IncomingHttpHeaders; body: string }[] = []
  let server: Server
  let origin = ''
  let status = 200
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => {
        got.push({ path: request.url ?? '', headers: request.headers, body })
        response.writeHead(status).end('{}')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  test('a webhook: set in a folder that is not there yet, tried, signed, listed without its secrets, removed', { timeout: 40_000 }, async () => {
    const data = join(emptyFolder(), 'not', 'there', 'yet')
    const set = await idlewatt(['alerts', 'set-webhook', `${origin}/hook/my-secret-path`, '--data', data])
    expect(set.exitCode, set.stderr).toBe(0)
    const secret = /whsec_\S+/.exec(set.stdout)?.[0] ?? ''
    expect(statSync(join(data, 'secrets.json')).mode & 0o077).toBe(0)

    got.length = 0
    expect((await idlewatt(['alerts', 'test', '--data', data])).exitCode).toBe(0)
    expect(got.map((one) => one.path)).toEqual(['/hook/my-secret-path'])
    expect(new Webhook(secret).verify(got[0]?.body ?? '', got[0]?.headers as Record<string, string>)).toMatchObject({ kind: 'test' })

    const list = await idlewatt(['alerts', '--data', data])
    expect(list.stdout).toContain('127.0.0.1')
    for (const hidden of ['my-secret-path', secret]) expect(list.stdout + list.stderr).not.toContain(hidden)

    status = 500
    const failed = await idlewatt(['alerts', 'test', 'webhook', '--json', '--data', data])
    status = 200
    expect(failed.exitCode).toBe(1)
    expect(failed.stdout).toContain('500')

    expect((await idlewatt(['alerts', 'remove', 'webhook', '--data', data])).exitCode).toBe(0)
    expect(existsSync(join(data, 'secrets.json')) && readFileSync(join(data, 'secrets.json'), 'utf8').includes('my-secret-path')).toBe(false)
    const none = await idlewatt(['alerts', 'test', '--data', data])
    expect(none).toMatchObject({ exitCode: 1, stdout: '' })
    expect(none.stderr).toContain('set-webhook')
  })

  test('ntfy: its token comes from a file, its address from stdin', { timeout: 40_000 }, async () => {
    const data = emptyFolder()
    const token = join(data, 'token.txt')
    writeFileSync(token, 'tk_abc123\r\nsecond line')
    const child = spawn(process.execPath, [entryFile, 'alerts', 'set-ntfy', '-', '--token-file', token, '--data', data], { stdio: ['pipe', 'ignore', 'ignore'] })
    child.stdin.end(`${origin}/my-topic\n`)
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    got.length = 0
    expect((await idlewatt(['alerts', 'test', 'ntfy', '--data', data])).exitCode).toBe(0)
    expect(got[0]?.headers.authorization).toBe('Bearer tk_abc123')
    expect(`${got[0]?.path ?? ''} ${got[0]?.body ?? ''}`).toContain('my-topic')
  })

  test.each([
    ['an address that is none', ['set-webhook', 'hook'], 1],
    ['an address of another kind', ['set-webhook', 'ftp://example.org/x'], 1],
    ['a token file that is not there', ['set-ntfy', 'https://ntfy.sh/x', '--token-file', '/nothing/here'], 1],
    ['an empty token file', ['set-ntfy', 'https://ntfy.sh/x', '--token-file', '/dev/null'], 1],
  ])('%s is a sentence', { timeout: 20_000 }, async (_what, words, exitCode) => {
    const answer = await idlewatt(['alerts', ...words])
    expect(answer).toMatchObject({ exitCode, stdout: '' })
    expect(answer.stderr.trim()).toMatch(/^[A-Z/].*\.$/s)
    expect(answer.stderr).not.toMatch(/\n\s+at /)
  })
})
