/** What other people's programs are told of our environment: what they need, and no token. */
import { describe, expect, test } from 'vitest'
import { environmentFor, foreignEnvironment, insteadOfOurs } from '../../../main/system/foreign-environment.ts'
import { runProgram } from '../../../main/system/run-program.ts'

const names = (own: Record<string, string>): string[] => Object.keys(foreignEnvironment(own))

test('an AppImage leaves nothing of its folder in paths, a service nothing of its own', () => {
  const own = { APPDIR: '/tmp/.mount_x', APPIMAGE: '/a.AppImage', LD_LIBRARY_PATH: '/tmp/.mount_x/usr/lib', PATH: '/tmp/.mount_x:/usr/bin:/tmp/.mount_x/bin:/tmp/.mount_xy', NOTIFY_SOCKET: '/run/x', HOME: '/home/a', LANG: '', Idlewatt_Token: 'x' }
  expect(environmentFor({ env: { HOME: '/b', ITS_TOKEN: 'kept' }, mark: 'm' }, own)).toEqual({ PATH: '/usr/bin:/tmp/.mount_xy', HOME: '/b', LANG: '', ITS_TOKEN: 'kept', IDLEWATT_RUN: 'm' })
})

describe('of our own', () => {
  test.each([
    'GITHUB_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'OPENAI_API_KEY', 'NVIDIA_API_KEY', 'CUDA_AUTH', 'NGC_CLI_API_KEY', 'XDG_ACTIVATION_TOKEN', 'XDG_SESSION_COOKIE', 'GPU_PASSWORD', 'PGPASSWORD', 'DATABASE_URL', 'npm_config_registry', 'NPM_TOKEN',
    'SSH_AUTH_SOCK', 'SSH_CONNECTION', 'GPG_AGENT_INFO', 'LD_PRELOAD', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES', 'NODE_PATH', 'NODE_OPTIONS', 'PYTHONPATH', 'BASH_ENV', 'ENV', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS_VERIFY', 'NOTIFY_SOCKET', 'LISTEN_FDS', 'APPIMAGE', 'CREDENTIALS_DIRECTORY', 'IDLEWATT_DATA', 'ELECTRON_RUN_AS_NODE', 'DBUS_SESSION_BUS_ADDRESS',
  ])('%s stays here', (name) => expect(names({ [name]: 'x' })).toEqual([]))

  test.each([
    'PATH', 'Path', 'HOME', 'USER', 'SHELL', 'TERM', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'https_proxy', 'NO_PROXY', 'SSL_CERT_FILE', 'CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES', 'LD_LIBRARY_PATH', 'ROCM_PATH', 'DOCKER_CONFIG',
    'SystemRoot', 'ComSpec', 'PATHEXT', 'ProgramFiles(x86)', 'LOCALAPPDATA', 'USERPROFILE', 'TEMP', 'NUMBER_OF_PROCESSORS', 'PROCESSOR_ARCHITECTURE',
  ])('%s is told', (name) => expect(names({ [name]: 'x' })).toEqual([name]))
})

test.skipIf(process.platform === 'win32')('a program run so finds its way, and no token', async () => {
  process.env['EXAMPLE_TOKEN'] = 'HIDE'
  try {
    const said = await runProgram('env', [], { timeoutMs: 5000, env: insteadOfOurs({ GIVEN: 'yes' }) })
    expect(said).toMatchObject({ kind: 'done', exitCode: 0, stdout: expect.stringMatching(/^GIVEN=yes$/m) })
    expect(said).toMatchObject({ stdout: expect.stringMatching(/^PATH=/m) })
    expect(JSON.stringify(said)).not.toContain('HIDE')
  } finally {
    delete process.env['EXAMPLE_TOKEN']
  }
})
