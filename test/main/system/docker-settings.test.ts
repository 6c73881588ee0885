/** Which Docker is asked where the user's settings name one: the very one that others' programs would ask, or none. */
import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startDocker, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { moduleUrl, newFolder, runCode } from '../../helpers/files.ts'

const made = await startDocker()
const whyNot = 'why' in made ? made.why : null
const daemon = made as DockerDaemon

/** Words before a command that runs without our own settings of Docker. */
function withEnv(env: Record<string, string>): string[] {
  return ['env', ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'].flatMap((name) => ['-u', name]), ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
}

describe.skipIf(whyNot !== null)(`with a real Docker Engine${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, { timeout: 60_000 }, () => {
  afterAll(() => daemon.close())

  /** What an Idlewatt with this environment and home folder finds. */
  function asked(env: Record<string, string>, meanwhile = '', args: string[] = []): { answers: boolean; why: string | null; socket: string | null; env: unknown; fault: string } {
    const code = `const { createDockerEngine, dockerEnvironment } = await import(${moduleUrl('main/system/docker-engine.ts')})
      const docker = createDockerEngine({ now: Date.now })
      const { value } = await docker.look()
      const env = await dockerEnvironment(docker).catch((error) => ({ fault: error.kind }))
      ${meanwhile}
      const fault = await docker.containers().then(() => '', (error) => error.kind + ': ' + error.message)
      process.stdout.write(JSON.stringify({ answers: value.answers, why: value.why, socket: docker.socketPath(), env, fault }))`
    const { stdout, stderr } = runCode(code, { wrap: withEnv(env), args })
    expect(stderr).toBe('')
    return JSON.parse(stdout) as ReturnType<typeof asked>
  }
  function homeWith(host: string): string {
    const home = newFolder()
    const folder = join(home, '.docker', 'contexts', 'meta', createHash('sha256').update('mine').digest('hex'))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: 'mine', Endpoints: { docker: { Host: host } } }))
    writeFileSync(join(home, '.docker', 'config.json'), '{"currentContext":"mine"}')
    return home
  }

  test('the socket that is named or whose context is chosen is asked, and handed on', () => {
    const found = { answers: true, why: null, socket: daemon.socketPath, env: { DOCKER_HOST: `unix://${daemon.socketPath}` }, fault: '' }
    expect(asked({ DOCKER_HOST: `unix://${daemon.socketPath}` })).toEqual(found)
    expect(asked({ HOME: homeWith(`unix://${daemon.socketPath}`) })).toEqual(found)
  })

  test('settings that lead elsewhere refuse everything with a sentence, though a Docker is here', () => {
    const runtime = newFolder()
    symlinkSync(daemon.socketPath, join(runtime, 'docker.sock'))
    for (const [env, words] of [[{ DOCKER_HOST: 'tcp://127.0.0.1:9' }, /DOCKER_HOST/], [{ HOME: homeWith('ssh://far') }, /context “mine”/]] as const) {
      const found = asked({ XDG_RUNTIME_DIR: runtime, ...env })
      expect(found).toMatchObject({ answers: false, why: expect.stringMatching(/leads to no socket of this machine$/), socket: null, env: { fault: 'refused' } })
      expect(found.fault).toMatch(words)
    }
  })

  test('one that answered is asked alone from then on', async () => {
    const home = homeWith(`unix://${daemon.socketPath}`)
    const meanwhile = `const { writeFileSync } = await import('node:fs')
      writeFileSync(process.argv[1], '{"currentContext":"default"}')`
    expect(asked({ HOME: home }, meanwhile, [join(home, '.docker', 'config.json')])).toMatchObject({ socket: daemon.socketPath, fault: '' })
  })
})
