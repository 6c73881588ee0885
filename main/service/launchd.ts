/** macOS: a launchd agent of this user. Agents start when the user logs in; macOS has nothing earlier without an administrator. */
import { join } from 'node:path'
import { NotPossible } from '../system/not-possible.ts'
import { hasOwn, replacesOwn, statusByFile } from './own-file.ts'
import { ownMark, refuseControlCharacters, resultWords, runStep, stepTimeoutMs, type BootPlace, type BootStatus, type BootSystem, type Plan, type Step } from './plan.ts'
import { escapeXml, unescapeXml } from './xml.ts'

export const agentLabel = 'app.idlewatt.serve'

export function launchdOf(place: BootPlace): BootSystem {
  const { run, uid } = place
  const domain = `gui/${uid ?? 0}`
  const target = `${domain}/${agentLabel}`

  function agentFile(): string {
    if (place.home === null) throw new NotPossible('No home folder is known for this user (HOME is not set), so there is no place for a launchd agent.')
    return join(place.home, 'Library', 'LaunchAgents', `${agentLabel}.plist`)
  }
  function logFile(): string {
    return join(place.home ?? '/tmp', 'Library', 'Logs', 'Idlewatt.log')
  }
  async function isLoaded(): Promise<{ text: string } | null> {
    const answer = await run('launchctl', ['print', target], { timeoutMs: stepTimeoutMs })
    return answer.kind === 'done' && answer.exitCode === 0 ? { text: answer.stdout } : null
  }

  async function planInstall(call: string[]): Promise<Plan> {
    refuseControlCharacters(call)
    const file = agentFile()
    const replaces = replacesOwn(file)
    const steps: Step[] = []
    if (await isLoaded()) steps.push(runStep('launchctl', ['bootout', target], true, 'ends the one that runs'))
    steps.push(
      { do: 'write', path: file, text: agentText(call, logFile(), place.env['PATH']), encoding: 'utf-8', replaces, why: 'what launchd is to start' },
      runStep('launchctl', ['enable', target], true, 'undoes an earlier `launchctl disable`'),
      runStep('launchctl', ['bootstrap', domain, file], false, 'starts it now; launchd starts it by itself at every login'),
    )
    return {
      system: 'launchd',
      what: 'install',
      steps,
      notes: ['It starts when you log in, not before: on a rig without a keyboard, switch on automatic login in System Settings.', 'Over SSH, with nobody logged in at the screen, launchd refuses the last step.'],
      obstacle: uid === 0 ? 'A launchd agent belongs to a user who logs in, not to root: run this without sudo.' : null,
    }
  }

  async function planRemove(): Promise<Plan | null> {
    const file = agentFile()
    if (!hasOwn(file)) return null
    return {
      system: 'launchd',
      what: 'remove',
      steps: [
        ...((await isLoaded()) ? [runStep('launchctl', ['bootout', target], true, 'ends it')] : []),
        { do: 'delete', path: file, why: 'what launchd was to start' },
      ],
      notes: [`Its log stays: ${logFile()}.`],
      obstacle: null,
    }
  }

  async function status(): Promise<BootStatus> {
    const file = agentFile()
    const { text, status: found } = statusByFile('launchd', file, argumentsOf)
    if (text === null) return found
    const off = await run('launchctl', ['print-disabled', domain], { timeoutMs: stepTimeoutMs })
    const isOff = off.kind === 'done' && new RegExp(`"${agentLabel.replaceAll('.', '\\.')}"\\s*=>\\s*(true|disabled)`).test(off.stdout)
    const loaded = await run('launchctl', ['print', target], { timeoutMs: stepTimeoutMs })
    const startsAt = isOff ? 'never' : 'login'
    const offWords = isOff ? [`It is disabled, so it will not start by itself; \`launchctl enable ${target}\` enables it.`] : []
    if (loaded.kind !== 'done') return { ...found, startsAt, problems: [...offWords, `launchd does not say how it does: ${resultWords(loaded)}.`] }
    if (loaded.exitCode !== 0) return { ...found, startsAt, isRunning: false, problems: [...offWords, `launchd has not loaded it; \`launchctl bootstrap ${domain} "${file}"\` does, and so does the next login.`] }
    const pid = Number(/^\s*pid = (\d+)/m.exec(loaded.stdout)?.[1] ?? Number.NaN)
    const lastExit = /^\s*last exit code = (\S+)/m.exec(loaded.stdout)?.[1]
    const isRunning = /^\s*state = running\b/m.test(loaded.stdout)
    const ended = !isRunning && lastExit !== undefined && !/never|\(never/.test(lastExit) ? [`It ended with exit code ${lastExit.replace(/:$/, '')}; ${logFile()} holds what it said.`] : []
    return { ...found, startsAt, isRunning, pid: Number.isFinite(pid) ? pid : null, problems: [...offWords, ...ended] }
  }

  return { id: 'launchd', title: 'launchd, for your user', planInstall, planRemove, status }
}

/** A property list as launchd.plist(5) describes it. Pure. */
export function agentText(call: readonly string[], logFile: string, path: string | undefined): string {
  const text = (value: string): string => `<string>${escapeXml(value)}</string>`
  const folders = (path ?? '').split(':').filter((folder) => folder.startsWith('/') && !folder.includes('/node_modules/') && !/[\u0000-\u001f]/.test(folder))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- ${ownMark}; "idlewatt service remove" takes it away. -->`,
    '<plist version="1.0">',
    '<dict>',
    `  <key>Label</key>${text(agentLabel)}`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...call.map((word) => `    ${text(word)}`),
    '  </array>',
    // launchd's own search path leaves Homebrew and the like out.
    ...(folders.length === 0 ? [] : [`  <key>EnvironmentVariables</key><dict><key>PATH</key>${text([...new Set(folders)].join(':'))}</dict>`]),
    '  <key>RunAtLoad</key><true/>',
    // Again after a failure, not after it was told to stop.
    '  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
    '  <key>ThrottleInterval</key><integer>30</integer>',
    '  <key>ProcessType</key><string>Background</string>',
    `  <key>StandardOutPath</key>${text(logFile)}`,
    `  <key>StandardErrorPath</key>${text(logFile)}`,
    '</dict>',
    '</plist>',
    '',
  ].join('\n')
}

function argumentsOf(text: string): string[] | null {
  const list = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(text)?.[1]
  return list === undefined ? null : [...list.matchAll(/<string>([\s\S]*?)<\/string>/g)].map((match) => unescapeXml(match[1] ?? ''))
}
