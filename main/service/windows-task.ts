/** Windows: a scheduled task. With administrator rights it starts at boot, without them when the user signs in. */
import { join } from 'node:path'
import { NotPossible } from '../system/not-possible.ts'
import { commandText, ownMark, refuseControlCharacters, resultWords, runStep, stepTimeoutMs, type BootPlace, type BootStatus, type BootSystem, type Plan, type Step } from './plan.ts'
import { escapeXml, unescapeXml } from './xml.ts'

export const taskName = 'Idlewatt'
const callPrefix = 'Call: '
/** The group of processes that run with administrator rights: the mandatory level "high". */
const elevatedSid = 'S-1-16-12288'
/** Task Scheduler's own number of the state (TASK_STATE). */
const states = ['unknown', 'disabled', 'queued', 'ready', 'running'] as const
/** Results that are no failure: still running, never run, ended by the user. */
const harmlessResults = new Set([0, 0x41301, 0x41303, 0x41306])

export function windowsTasksOf(place: BootPlace): BootSystem {
  const { run, env } = place
  const ask = (program: string, ...args: string[]): ReturnType<BootPlace['run']> => run(program, args, { timeoutMs: stepTimeoutMs })

  /** null: there is no such task. */
  async function taskXml(): Promise<string | null> {
    const answer = await ask('schtasks', '/Query', '/TN', taskName, '/XML')
    if (answer.kind !== 'done') throw new NotPossible(`Task Scheduler does not answer: ${resultWords(answer)}.`)
    // Redirected, it is written in the console's code page or in UTF-16; what matters in it is ASCII.
    return answer.exitCode === 0 ? answer.stdout.replaceAll('\0', '') : null
  }

  async function userSid(): Promise<string> {
    const answer = await ask('whoami', '/user', '/fo', 'csv', '/nh')
    const sid = answer.kind === 'done' ? /S-1-[\d-]+/.exec(answer.stdout)?.[0] : undefined
    if (sid === undefined) throw new NotPossible(`Windows does not say who runs this (${commandText({ program: 'whoami', args: ['/user'] })}): ${resultWords(answer)}.`)
    return sid
  }

  async function isElevated(): Promise<boolean> {
    const answer = await ask('whoami', '/groups', '/fo', 'csv', '/nh')
    return answer.kind === 'done' && answer.stdout.includes(elevatedSid)
  }

  async function planInstall(call: string[]): Promise<Plan> {
    refuseControlCharacters(call)
    refuseVariables(call)
    const old = await taskXml()
    if (old !== null && !old.includes(markInTask)) throw new NotPossible(`There is a task "${taskName}" already, and Idlewatt did not make it. Rename or remove it first.`)
    const atBoot = await isElevated()
    const file = join(env['TEMP'] ?? env['TMP'] ?? place.home ?? '.', 'idlewatt-task.xml')
    const text = taskText(call, { sid: await userSid(), atBoot })
    const steps: Step[] = [
      ...(old === null ? [] : [runStep('schtasks', ['/End', '/TN', taskName], true, 'ends the one that runs')]),
      { do: 'write', path: file, text, encoding: 'utf-16', replaces: false, why: 'what Task Scheduler is to start' },
      runStep('schtasks', ['/Create', '/TN', taskName, '/XML', file, ...(old === null ? [] : ['/F'])], false, atBoot ? 'starts it at every boot from now on' : 'starts it whenever you sign in from now on'),
      { do: 'delete', path: file, why: 'Task Scheduler has its own copy' },
      runStep('schtasks', ['/Run', '/TN', taskName], false, 'starts it now'),
    ]
    return {
      system: 'task-scheduler',
      what: 'install',
      steps,
      notes: atBoot
        ? ['It runs at boot, before anybody signs in, as your user and without administrator rights.']
        : ['It starts when you sign in, in a console window that may be minimised. To have it start at boot and without a window, run this from a terminal opened with "Run as administrator".'],
      obstacle: null,
    }
  }

  async function planRemove(): Promise<Plan | null> {
    const old = await taskXml()
    if (old === null) return null
    if (!old.includes(markInTask)) throw new NotPossible(`Idlewatt did not make the task "${taskName}", so it leaves it alone.`)
    return {
      system: 'task-scheduler',
      what: 'remove',
      steps: [
        runStep('schtasks', ['/End', '/TN', taskName], true, 'ends it'),
        runStep('schtasks', ['/Delete', '/TN', taskName, '/F'], false, 'starts it no more'),
      ],
      notes: old.includes('<BootTrigger') && !(await isElevated()) ? ['It was made with administrator rights; where removing is refused, run this from a terminal opened with "Run as administrator".'] : [],
      obstacle: null,
    }
  }

  async function status(): Promise<BootStatus> {
    const nothing: BootStatus = { system: 'task-scheduler', isInstalled: false, where: null, call: null, startsAt: null, isRunning: null, pid: null, problems: [] }
    const xml = await taskXml()
    if (xml === null) return nothing
    const where = `\\${taskName}`
    if (!xml.includes(markInTask)) return { ...nothing, where, problems: [`The task "${taskName}" was not made by Idlewatt.`] }
    // The names of states are translated on the command line; their numbers are not.
    const asked = `$t = Get-ScheduledTask -TaskPath '\\' -TaskName '${taskName}'; $i = $t | Get-ScheduledTaskInfo; "$([int]$t.State) $($i.LastTaskResult)"`
    const answer = await ask('powershell', '-NoProfile', '-NonInteractive', '-Command', asked)
    const found = answer.kind === 'done' ? /(\d+)\s+(\d+)/.exec(answer.stdout) : null
    const state = states[Number(found?.[1] ?? 0)] ?? 'unknown'
    const result = found === null ? null : Number(found[2])
    const problems: string[] = []
    if (found === null) problems.push(`Task Scheduler does not say how it does: ${resultWords(answer)}.`)
    if (state === 'disabled') problems.push(`The task is disabled, so it will not start by itself; \`schtasks /Change /TN ${taskName} /ENABLE\` enables it.`)
    if (state === 'ready' && result !== null && !harmlessResults.has(result)) problems.push(`It ended with the result 0x${result.toString(16)}; Task Scheduler starts it again every minute.`)
    return {
      ...nothing,
      isInstalled: true,
      where,
      call: callOf(xml),
      startsAt: state === 'disabled' ? 'never' : xml.includes('<BootTrigger') ? 'boot' : 'login',
      isRunning: state === 'unknown' ? null : state === 'running',
      problems,
    }
  }

  return { id: 'task-scheduler', title: 'Task Scheduler', planInstall, planRemove, status }
}

/** Task Scheduler replaces %NAME% and $(Arg0) in paths and arguments, and knows no way to write them as they are. */
function refuseVariables(call: readonly string[]): void {
  const bad = call.find((word) => /%[^%]+%|\$\(/.test(word))
  if (bad !== undefined) throw new NotPossible(`Task Scheduler would read a variable in ${bad} and start something else. Use a folder without "%…%" or "$(" in its name.`)
}

const markInTask = escapeXml(ownMark)

/** The task's XML as Task Scheduler's schema 1.2 has it. Pure. */
export function taskText(call: readonly string[], { sid, atBoot }: { sid: string; atBoot: boolean }): string {
  const [program = '', ...args] = call
  const trigger = atBoot ? '<BootTrigger><Enabled>true</Enabled><Delay>PT15S</Delay></BootTrigger>' : `<LogonTrigger><Enabled>true</Enabled><UserId>${escapeXml(sid)}</UserId></LogonTrigger>`
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    '    <Author>Idlewatt</Author>',
    `    <Description>Watches the GPUs of this machine. ${markInTask}; &quot;idlewatt service remove&quot; takes it away.</Description>`,
    `    <Documentation>${escapeXml(callPrefix + asciiJson(call))}</Documentation>`,
    '  </RegistrationInfo>',
    `  <Triggers>${trigger}</Triggers>`,
    '  <Principals>',
    // S4U: without a stored password and without anybody signed in.
    `    <Principal id="Author"><UserId>${escapeXml(sid)}</UserId><LogonType>${atBoot ? 'S4U' : 'InteractiveToken'}</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>`,
    '  </Principals>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <AllowHardTerminate>true</AllowHardTerminate>',
    '    <StartWhenAvailable>true</StartWhenAvailable>',
    '    <AllowStartOnDemand>true</AllowStartOnDemand>',
    '    <Enabled>true</Enabled>',
    // Without it Task Scheduler ends everything after three days.
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '    <Priority>7</Priority>',
    '    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>',
    '  </Settings>',
    '  <Actions Context="Author">',
    `    <Exec><Command>${escapeXml(program)}</Command><Arguments>${escapeXml(args.map(quoteArgument).join(' '))}</Arguments></Exec>`,
    '  </Actions>',
    '</Task>',
    '',
  ].join('\r\n')
}

/** As CommandLineToArgvW takes words apart: backslashes count only before a quote. Pure. */
export function quoteArgument(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}

/** Survives any code page. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function callOf(xml: string): string[] | null {
  const text = /<Documentation>([\s\S]*?)<\/Documentation>/.exec(xml)?.[1]
  if (text === undefined) return null
  try {
    const call: unknown = JSON.parse(unescapeXml(text).trim().slice(callPrefix.length))
    return Array.isArray(call) && call.every((word) => typeof word === 'string') ? call : null
  } catch {
    return null
  }
}
