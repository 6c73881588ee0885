/** Linux: a systemd unit of this user. It starts at boot where the user may linger, else at the first login. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NotPossible } from '../system/not-possible.ts'
import { hasOwn, replacesOwn, statusByFile } from './own-file.ts'
import { ownMark, refuseControlCharacters, resultWords, runStep, stepTimeoutMs, type BootPlace, type BootStatus, type BootSystem, type Plan, type Step } from './plan.ts'

export const unitName = 'idlewatt.service'
const callPrefix = '# Call: '

export function systemdOf(place: BootPlace): BootSystem {
  const { run, env, userName } = place
  const ask = (program: string, ...args: string[]): ReturnType<BootPlace['run']> => run(program, args, { timeoutMs: stepTimeoutMs })

  function unitFile(): string {
    // The XDG standard says that a relative path is to be ignored.
    const config = env['XDG_CONFIG_HOME']?.startsWith('/') ? env['XDG_CONFIG_HOME'] : place.home === null ? null : join(place.home, '.config')
    if (config === null) throw new NotPossible('No home folder is known for this user (HOME is not set), so there is no place for a unit of systemd.')
    return join(config, 'systemd', 'user', unitName)
  }

  /** null: it answers; else why not. */
  async function whyNoSystemd(): Promise<string | null> {
    const answer = await ask('systemctl', '--user', 'show', '--property=Version')
    if (answer.kind === 'done' && answer.exitCode === 0) return null
    if (answer.kind === 'not-found') return 'This system does not use systemd, and Idlewatt knows no other way here to start at boot. Have your own init system or supervisor run `idlewatt serve --no-open`.'
    return `systemd does not answer for the user ${userName}: ${resultWords(answer)}. It needs a real login of that user (not \`su\` or \`sudo\`), and it does not run in most containers; there, have the container itself run \`idlewatt serve --no-open\`.`
  }

  async function versionOfSystemd(): Promise<number | null> {
    const answer = await ask('systemctl', '--version')
    const found = answer.kind === 'done' ? /^systemd (\d+)/.exec(answer.stdout) : null
    return found ? Number(found[1]) : null
  }

  async function lingers(): Promise<boolean | null> {
    const answer = await ask('loginctl', 'show-user', userName, '--property=Linger', '--value')
    if (answer.kind === 'done' && answer.exitCode === 0) return answer.stdout.trim() === 'yes'
    // loginctl knows only users who are logged in or linger; the file is what makes them linger.
    return existsSync(`/var/lib/systemd/linger/${userName}`) ? true : null
  }

  async function planInstall(call: string[]): Promise<Plan> {
    refuseControlCharacters(call)
    const file = unitFile()
    const replaces = replacesOwn(file)
    const obstacle = await whyNoSystemd()
    const isLingering = await lingers()
    const steps: Step[] = [
      { do: 'write', path: file, text: unitText(call, searchPath(env['PATH']), await versionOfSystemd()), encoding: 'utf-8', replaces, why: 'what systemd is to start' },
      runStep('systemctl', ['--user', 'daemon-reload'], false, 'so that systemd reads it'),
      runStep('systemctl', ['--user', 'enable', unitName], false, 'starts it with your user from now on'),
      runStep('systemctl', ['--user', 'restart', unitName], false, 'starts it now'),
    ]
    if (isLingering !== true) steps.push(runStep('loginctl', ['enable-linger', userName], true, 'starts what is yours at boot, before anybody logs in, and keeps it when you log out'))
    return {
      system: 'systemd',
      what: 'install',
      steps,
      notes: isLingering === true ? [] : [`Where \`loginctl enable-linger\` is refused, an administrator can run \`sudo loginctl enable-linger ${userName}\`; until then it starts at your first login and ends when you log out.`],
      obstacle,
    }
  }

  async function planRemove(): Promise<Plan | null> {
    const file = unitFile()
    if (!hasOwn(file)) return null
    return {
      system: 'systemd',
      what: 'remove',
      steps: [
        runStep('systemctl', ['--user', 'disable', '--now', unitName], true, 'stops it, and starts it no more'),
        { do: 'delete', path: file, why: 'what systemd was to start' },
        runStep('systemctl', ['--user', 'daemon-reload'], true, 'so that systemd forgets it'),
      ],
      notes: (await lingers()) === true ? [`Your user keeps lingering, since other things may count on it; \`loginctl disable-linger ${userName}\` ends that.`] : [],
      obstacle: null,
    }
  }

  async function status(): Promise<BootStatus> {
    const file = unitFile()
    const { text, status: found } = statusByFile('systemd', file, callOf)
    if (text === null) return found
    const why = await whyNoSystemd()
    if (why !== null) return { ...found, problems: [why] }
    const shown = await ask('systemctl', '--user', 'show', unitName, '--property=LoadState,UnitFileState,ActiveState,SubState,MainPID,Result,ExecMainStatus,NRestarts,NeedDaemonReload')
    if (shown.kind !== 'done' || shown.exitCode !== 0) return { ...found, problems: [`systemd does not say how it does: ${resultWords(shown)}.`] }
    const facts = new Map(shown.stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).trim()]))
    const isEnabled = facts.get('UnitFileState') === 'enabled'
    const isLingering = await lingers()
    const pid = Number(facts.get('MainPID'))
    return {
      ...found,
      startsAt: !isEnabled ? 'never' : isLingering === true ? 'boot' : isLingering === false ? 'login' : null,
      isRunning: facts.get('ActiveState') === 'active',
      pid: Number.isSafeInteger(pid) && pid > 0 ? pid : null,
      problems: problemsOf(facts, isEnabled, isLingering),
    }
  }

  function problemsOf(facts: Map<string, string>, isEnabled: boolean, isLingering: boolean | null): string[] {
    const problems: string[] = []
    const log = `\`journalctl --user -u ${unitName}\` shows what it said.`
    if (facts.get('LoadState') !== 'loaded') problems.push(`systemd has not loaded the unit (${facts.get('LoadState') || 'no state'}); \`systemctl --user daemon-reload\` makes it look again.`)
    if (facts.get('NeedDaemonReload') === 'yes') problems.push('The unit file was changed after systemd read it; `systemctl --user daemon-reload` makes it look again.')
    if (!isEnabled) problems.push(`It is not enabled, so it will not start by itself; \`systemctl --user enable ${unitName}\` enables it.`)
    if (facts.get('SubState') === 'auto-restart') problems.push(`It ended with exit code ${facts.get('ExecMainStatus') || '?'} and is started again shortly (${facts.get('NRestarts') || '0'} times so far). ${log}`)
    else if (facts.get('ActiveState') === 'failed') problems.push(`It failed (${facts.get('Result') || 'no reason given'}, exit code ${facts.get('ExecMainStatus') || '?'}). ${log}`)
    if (isEnabled && isLingering === false) problems.push(`It starts when you log in and ends when you log out, not at boot; \`loginctl enable-linger ${userName}\` changes that.`)
    return problems
  }

  return { id: 'systemd', title: 'systemd, for your user', planInstall, planRemove, status }
}

/** `path`: where programs are looked for; null: as systemd has it. `version`: of systemd; null: not known. Pure. */
export function unitText(call: readonly string[], path: string | null, version: number | null = null): string {
  return [
    `# ${ownMark}; "idlewatt service remove" takes it away.`,
    `${callPrefix}${JSON.stringify(call)}`,
    '[Unit]',
    'Description=Idlewatt: watches the GPUs of this machine',
    // A data folder that another Idlewatt holds, or a disk that is mounted late, mends itself: never given up.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=simple',
    // No NoNewPrivileges: NVIDIA's library runs the setuid nvidia-modprobe to make its device files.
    `ExecStart=${execStart(call)}`,
    ...(path === null ? [] : [`Environment=${quoteWord(`PATH=${path}`, 'setting')}`]),
    'Restart=on-failure',
    'RestartSec=10',
    // Slower and slower, up to five minutes; systemd before 254 does not know these two, complains of them, and keeps to ten seconds.
    ...(version !== null && version < 254 ? [] : ['RestartSteps=8', 'RestartMaxDelaySec=300']),
    'TimeoutStopSec=10',
    // What ends is Idlewatt: provider software goes on, and is taken over at the next start. Our own readers end with us by themselves.
    'KillMode=process',
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n')
}

/** systemd takes no quotes, backslashes or dollar signs in the path of what it starts; `env` takes anything but "=". */
function execStart(call: readonly string[]): string {
  const [program = '', ...args] = call
  if (!/["'\\$]/.test(program)) return [quoteWord(program, 'program'), ...args.map((word) => quoteWord(word, 'argument'))].join(' ')
  if (program.includes('=')) throw new NotPossible(`systemd cannot start a program from ${program}. Put Node in a folder without quotes, dollar or equals signs in its name.`)
  return ['/usr/bin/env', ...call.map((word) => quoteWord(word, 'argument'))].join(' ')
}

/** systemd.syntax(7): C escapes within quotes; "%" begins a specifier everywhere, "$" a variable in arguments alone. */
function quoteWord(word: string, as: 'program' | 'argument' | 'setting'): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')
  return `"${as === 'argument' ? escaped.replaceAll('$', '$$$$') : escaped}"`
}

/** Tools of card makers often lie outside systemd's own search path; npm's own folders are of no use at boot. Pure. */
export function searchPath(path: string | undefined): string | null {
  const folders = (path ?? '').split(':').filter((folder) => folder.startsWith('/') && !/[\u0000-\u001f\u007f]/.test(folder) && !folder.includes('/node_modules/') && !folder.includes('/node-gyp-bin'))
  return folders.length === 0 ? null : [...new Set(folders)].join(':')
}

function callOf(text: string): string[] | null {
  const line = text.split('\n').find((one) => one.startsWith(callPrefix))
  if (line === undefined) return null
  try {
    const call: unknown = JSON.parse(line.slice(callPrefix.length))
    return Array.isArray(call) && call.every((word) => typeof word === 'string') ? call : null
  } catch {
    return null
  }
}
