/** `idlewatt service`: has the system start `idlewatt serve` at boot. What that changes is shown before it is done. */
import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import { bootSystemOf, carryOut, commandText, type BootPlace, type BootStatus, type BootSystem, type Plan } from '../service/index.ts'
import { holderOf } from '../system/data-folder.ts'
import { NotPossible } from '../system/not-possible.ts'
import { runProgram } from '../system/run-program.ts'
import { readPageAddress } from './page-address.ts'
import { dataFolderOf, type Call } from './open-app.ts'
import { bullet, wrap } from './output.ts'
import { quoted, readWholeNumber, WrongWords } from './words.ts'

export interface ServiceFlags {
  port?: string
  yes?: boolean
  dryRun?: boolean
}

const words = ['install', 'remove', 'status'] as const
/** How long the newly started app is waited for. */
const startsWithinMs = 15_000

/** 0: done, or shown, or not installed; 1: nothing was done, or what is installed does not run. */
export async function service(call: Call, word: string | undefined, flags: ServiceFlags): Promise<number> {
  const what = words.find((one) => one === (word ?? 'status'))
  if (what === undefined) throw new WrongWords(`service knows no ${quoted(word ?? '')}; it knows: ${words.join(', ')}.`)
  if (call.common.machine !== null) throw new WrongWords('service concerns this machine; it takes no --machine.')
  if (what !== 'install' && flags.port !== undefined) throw new WrongWords(`service ${what} takes no --port.`)
  if (what === 'status' && (flags.yes || flags.dryRun)) throw new WrongWords('service status changes nothing, so it takes neither --yes nor --dry-run.')
  if (flags.yes && flags.dryRun) throw new WrongWords('--yes and --dry-run exclude each other.')
  const port = flags.port === undefined ? null : readWholeNumber('--port', flags.port, { min: 0, max: 65535, unit: '(0: any free port)' })
  const place = thisPlace()
  const system = bootSystemOf(place)
  if (what === 'status') return showStatus(call, await system.status())
  const plan = what === 'install' ? await system.planInstall(serveCall(dataFolderOf(call.common), port)) : await system.planRemove()
  if (plan === null) {
    const sentence = 'Nothing that Idlewatt installed starts at boot here, so there is nothing to remove.'
    if (call.common.json) await call.terminal.document({ done: false, plan: null, sentence })
    else await call.terminal.print(sentence)
    return 0
  }
  const holder = what === 'install' ? holderOf(dataFolderOf(call.common)) : null
  if (holder !== null && (await system.status()).pid !== holder.pid) plan.notes.push(`The ${holder.door} door (process ${holder.pid}) uses the data folder now. What is started at boot cannot use it at the same time; it tries again until that one ends.`)
  return perform(call, { plan, system, place, flags })
}

async function perform(call: Call, { plan, system, place, flags }: { plan: Plan; system: BootSystem; place: BootPlace; flags: ServiceFlags }): Promise<number> {
  const { terminal, common } = call
  if (common.json && !flags.yes && !flags.dryRun) throw new WrongWords('With --json nothing can be asked: add --dry-run to see what would be done, or --yes to have it done.')
  if (flags.dryRun) {
    if (common.json) await terminal.document({ done: false, plan })
    else await terminal.print(`${planText(plan, system)}\n\nNothing was done (--dry-run).`)
    if (plan.obstacle !== null) terminal.say(`It cannot be done here. ${plan.obstacle}`)
    return 0
  }
  if (!common.json) await terminal.print(planText(plan, system))
  if (plan.obstacle !== null) throw new NotPossible(`Nothing was done. ${plan.obstacle}`)
  if (!flags.yes) {
    const answer = await terminal.ask(plan.what === 'install' ? 'Do this? [y/N] ' : 'Take it away? [y/N] ')
    if (answer === null || !/^(y|yes)$/i.test(answer.trim())) {
      terminal.say(answer === null ? 'Nothing was done: there is nobody here to ask. Add --yes to have it done.' : 'Nothing was done.')
      return 1
    }
  }
  const failures = await carryOut(plan, place.run)
  const outcome = plan.what === 'remove' ? removedOutcome(await system.status()) : await startedOutcome(call, system)
  for (const failure of failures) terminal.say(failure)
  if (common.json) await terminal.document({ done: true, plan, failures, ...outcome })
  else await terminal.print(wrap(outcome.sentence))
  return outcome.ok ? 0 : 1
}

interface Outcome {
  ok: boolean
  sentence: string
}

function removedOutcome(status: BootStatus): Outcome {
  if (!status.isInstalled) return { ok: true, sentence: 'Removed. Idlewatt no longer starts at boot; its settings and history are where they were.' }
  return { ok: false, sentence: 'It is still there: `idlewatt service status` says more.' }
}

/** Waits for it to answer, since a unit that is "started" may have ended a moment later. */
async function startedOutcome(call: Call, system: BootSystem): Promise<Outcome> {
  const folder = dataFolderOf(call.common)
  const until = performance.now() + startsWithinMs
  for (;;) {
    const status = await system.status()
    const holder = holderOf(folder)
    if (holder?.address && (status.pid === null ? status.isRunning !== false : status.pid === holder.pid)) {
      return { ok: true, sentence: `Installed, and running: ${readPageAddress(folder, holder.pid) ?? holder.address}` }
    }
    if (performance.now() > until || call.stops.isStopping()) {
      return { ok: false, sentence: ['Installed, but it does not answer yet.', ...status.problems, '`idlewatt service status` says how it goes on.'].join(' ') }
    }
    await new Promise((done) => setTimeout(done, 300))
  }
}

/** What is started: this very program, with everything said outright, since at boot there is no shell to say it. */
export function serveCall(dataFolder: string, port: number | null, entry: string = process.argv[1] ?? '', program: string = process.execPath): string[] {
  if (!isAbsolute(entry)) throw new NotPossible('Idlewatt cannot tell where its own program lies, so nothing can be started at boot.')
  return [program, entry, 'serve', '--no-open', '--no-token', ...(port === null ? [] : ['--port', String(port)]), '--data', resolve(dataFolder)]
}

function thisPlace(): BootPlace {
  const { uid, username } = userInfo()
  let home: string | null = null
  try {
    home = homedir() || null
  } catch {
    // A user without an entry of its own.
  }
  return { platform: process.platform, env: process.env, home, uid: uid < 0 ? null : uid, userName: username, run: runProgram }
}

export function planText(plan: Plan, system: Pick<BootSystem, 'title'>): string {
  const head = plan.what === 'install' ? `To have Idlewatt start by itself (${system.title}), this is done:` : `To have Idlewatt no longer start by itself (${system.title}), this is done:`
  const steps = plan.steps.map((step, i) => {
    const number = `${i + 1}. `
    if (step.do === 'run') return `${number}run ${commandText(step)}${step.mayFail ? '   (may fail)' : ''}\n   ${step.why}`
    if (step.do === 'delete') return `${number}delete ${step.path}\n   ${step.why}`
    const content = step.text.replace(/\s+$/, '').split(/\r?\n/).map((line) => `   | ${line}`)
    return `${number}write ${step.path}${step.replaces ? ', replacing the one that Idlewatt made before' : ''}\n   ${step.why}\n${content.join('\n')}`
  })
  return [head, ...steps, ...(plan.notes.length === 0 ? [] : [plan.notes.map(bullet).join('\n')])].join('\n\n')
}

async function showStatus(call: Call, status: BootStatus): Promise<number> {
  const folder = dataFolderIn(status.call) ?? dataFolderOf(call.common)
  const holder = holderOf(folder)
  const isItself = holder !== null && status.isRunning === true && (status.pid === null || status.pid === holder.pid)
  const address = isItself ? (readPageAddress(folder, holder.pid) ?? holder.address) : null
  const gone = (status.call ?? []).slice(0, 2).filter((file) => !existsSync(file))
  const problems = [...status.problems, ...gone.map((file) => `What it starts is not there any more: ${file}. \`idlewatt service install\` sets it right.`)]
  if (status.isInstalled && holder !== null && !isItself) problems.push(`The ${holder.door} door (process ${holder.pid}) holds the data folder ${folder}, so the one started at boot cannot run beside it.`)
  if (status.isRunning === true && holder === null) problems.push('It runs but has not taken its data folder yet: it is starting, or it ends again and again.')
  const isWell = !status.isInstalled || (status.isRunning === true && address !== null && problems.length === 0)
  if (call.common.json) await call.terminal.document({ ...status, dataFolder: folder, address, problems })
  else await call.terminal.print(statusText(status, { folder, address, problems }))
  return isWell ? 0 : 1
}

export function statusText(status: BootStatus, { folder, address, problems }: { folder: string; address: string | null; problems: string[] }): string {
  const lines: string[] = []
  if (!status.isInstalled) lines.push('Not installed: Idlewatt does not start by itself. `idlewatt service install` shows what would be done.')
  else {
    const when = { boot: 'It starts at boot', login: 'It starts when you log in', never: 'It is switched off and does not start by itself' }
    lines.push(`Installed: ${status.where ?? ''}`, `${status.startsAt === null ? 'When it starts could not be told' : when[status.startsAt]}${status.call === null ? '.' : `: ${commandText({ program: status.call[0] ?? '', args: status.call.slice(1) })}`}`)
    lines.push(status.isRunning === null ? 'Whether it runs could not be told.' : status.isRunning ? `It runs${status.pid === null ? '' : ` (process ${status.pid})`}.` : 'It does not run now.', `Its data: ${folder}`)
    if (address !== null) lines.push(`Its page: ${address}`)
  }
  return [lines.join('\n'), ...(problems.length === 0 ? [] : [problems.map(bullet).join('\n')])].join('\n\n')
}

function dataFolderIn(call: readonly string[] | null): string | null {
  const at = call?.indexOf('--data') ?? -1
  return at < 0 ? null : (call?.[at + 1] ?? null)
}
