/** For `npm run measure`: how long preflight of a whole machine takes, against servers of this machine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPreflight } from '../../../../main/enrolment/preflight/index.ts'
import { systemClock } from '../../../../main/system/clock.ts'
import { createDockerEngine } from '../../../../main/system/docker-engine.ts'
import { createLog } from '../../../../main/system/log.ts'
import { createThisMachine } from '../../../../main/system/this-machine.ts'
import { httpServer, stunAnswer, timeAnswer, udpServer } from './servers.ts'

/** ms: with all that costs nothing, and with the line and the disk's speed too. */
export async function measurePreflight(): Promise<{ plainMs: number; wholeMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-preflight-bench-'))
  const servers = await Promise.all([
    udpServer((question) => stunAnswer(question, '8.8.4.4')),
    udpServer((question) => timeAnswer(question, Date.now())),
    httpServer((request, response) => (request.method === 'GET' ? response.end(Buffer.alloc(4e6)) : request.resume().on('end', () => response.end()))),
  ])
  const [stun, ntp, speed] = servers
  const preflight = createPreflight({
    folder,
    resourcesFolder: fileURLToPath(new URL('../../../../resources', import.meta.url)),
    source: createThisMachine({ dataFolder: folder }),
    docker: createDockerEngine({ now: Date.now }),
    clock: systemClock,
    log: createLog('silent', () => {}),
    refusal: () => null,
    loopback: `http://127.0.0.1:${speed.port}`,
    servers: () => ({ bandwidth: speed.url, stun: `127.0.0.1:${stun.port}`, ntp: `127.0.0.1:${ntp.port}` }),
    signs: [],
    isOurs: () => false,
    entries: [],
    tables: { downloads: () => [], readings: () => null, saveReadings: () => {} },
  })
  try {
    const plainMs = await timed(() => preflight.take())
    const wholeMs = await timed(() => preflight.take({ measures: true }))
    return { plainMs, wholeMs }
  } finally {
    await Promise.all(servers.map((server) => server.close()))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now()
  await run()
  return Math.round(performance.now() - begunAt)
}
