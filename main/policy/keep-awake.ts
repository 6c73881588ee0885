/** Keeps the machine from going to sleep for as long as it is asked to; the screen may go dark. Whatever holds it ends with this process, however that ends. */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'

export interface KeepAwake {
  /** null: lets go, at once. Another reason while it is held: told from then on; what the system lists keeps the first. */
  set(why: string | null): void
  /** null: it is not held (yet). */
  state(): { since: number; sentence: string } | null
  /** Why it cannot be kept awake, in words; null: it can, or nothing is asked. */
  problem(): string | null
  close(): void
}

export interface KeepAwakeOptions {
  /** The door's own way (Electron's); null: the system is asked. */
  host: ((why: string) => () => void) | null
  source: Pick<MachineSource, 'platform' | 'recorded'>
  clock: Clock
  log: Log
  /** Where programs are looked for; left out: our own. */
  env?: NodeJS.ProcessEnv
  /** Windows' SetThreadExecutionState, for tests. */
  executionState?: (flags: number) => number
}

/** A hold: `held` where it is certain, `lost` with a sentence where it is not to be had or ended by itself. Returns how to let go. */
type Hold = (why: string, held: () => void, lost: (sentence: string) => void) => () => void

const askAgainMs = 60_000
/** A helper that does not end by itself when it is told to. */
const endsWithinMs = 2_000

export function createKeepAwake(options: KeepAwakeOptions): KeepAwake {
  const { clock, log } = options
  const hold = holdOf(options)
  let wanted: string | null = null
  let since: number | null = null
  let problem: string | null = null
  let letGo: (() => void) | null = null
  let cancelRetry: (() => void) | null = null
  /** Answers of a hold that was let go are nobody's. */
  let turn = 0

  function take(why: string): void {
    cancelRetry = null
    const mine = ++turn
    letGo = hold(
      why,
      () => {
        if (mine !== turn) return
        since = clock.now()
        problem = null
      },
      (sentence) => {
        if (mine !== turn) return
        turn++
        since = null
        letGo = null
        if (problem !== sentence) log.warn('the machine is not kept awake', { problem: sentence })
        problem = sentence
        cancelRetry = clock.after(askAgainMs, () => wanted !== null && take(wanted))
      },
    )
    // It may have been lost before the way to let go was told.
    if (mine !== turn) letGo = null
  }

  function release(): void {
    turn++
    cancelRetry?.()
    cancelRetry = null
    letGo?.()
    letGo = null
    since = null
    problem = null
  }

  return {
    set(why) {
      const had = wanted
      wanted = why
      if (why === null) release()
      else if (had === null) take(why)
    },
    state: () => (since === null || wanted === null ? null : { since, sentence: `The machine is kept awake: ${wanted}${/[.!?]$/.test(wanted) ? '' : '.'}` }),
    problem: () => problem,
    close() {
      wanted = null
      release()
    },
  }
}

function holdOf(options: KeepAwakeOptions): Hold {
  const { host, source } = options
  if (source.recorded !== null) return cannot('A recorded machine is not kept awake.')
  if (host !== null) return byHost(host)
  // Not "idle" as well: that keeps screens lit, and makes logind say that somebody is there.
  if (source.platform === 'linux') return byChild((why) => ({ program: 'systemd-inhibit', args: ['--what=sleep', '--who=Idlewatt', `--why=${why}`, '--mode=block', 'cat'], echoes: true }), options, linuxSentence)
  // It ends with us by itself (-w), and keeps no screen on (-i alone).
  if (source.platform === 'darwin') return byChild(() => ({ program: 'caffeinate', args: ['-i', '-w', String(process.pid)], echoes: false }), options, () => 'macOS’ caffeinate could not be started, so the machine may go to sleep while it works. Check that /usr/bin/caffeinate is there.')
  if (source.platform === 'win32') return byExecutionState(options.executionState)
  return cannot('On this system Idlewatt knows no way to keep the machine awake; turn its sleep off in the system’s settings.')
}

function cannot(sentence: string): Hold {
  return (_why, _held, lost) => {
    lost(sentence)
    return () => {}
  }
}

function byHost(host: NonNullable<KeepAwakeOptions['host']>): Hold {
  return (why, held, lost) => {
    try {
      const letGo = host(why)
      held()
      return letGo
    } catch (error) {
      lost(`The desktop did not let Idlewatt keep the machine awake (${String(error instanceof Error ? error.message : error)}). Turn sleep off in the system’s settings where it must not sleep.`)
      return () => {}
    }
  }
}

function linuxSentence(told: string | null): string {
  if (told === null) return 'This system has no systemd-inhibit, so Idlewatt cannot keep it awake. Turn its sleep off in the system’s settings where it must not sleep.'
  const said = told.trim().split('\n').at(-1)?.trim() ?? ''
  return `The system did not let Idlewatt keep the machine awake${said === '' ? '' : ` (${said.slice(0, 200)})`}. Turn its sleep off in the system’s settings where it must not sleep.`
}

/**
 * `echoes`: the program runs `cat` once it holds; a line that comes back says so. Its end of the pipe closes with this process,
 * also where that is killed, and then `cat`, the helper and the hold end too.
 */
function byChild(command: (why: string) => { program: string; args: string[]; echoes: boolean }, { clock, env = process.env }: KeepAwakeOptions, sentenceFor: (told: string | null) => string): Hold {
  return (why, held, lost) => {
    const { program, args, echoes } = command(why.replaceAll(/\p{C}/gu, ' ').slice(0, 200))
    // A session of its own has no terminal that could be asked for a password.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env })
    let said = ''
    let isOver = false
    child.stderr.on('data', (chunk: Buffer) => void (said = (said + chunk.toString('utf8')).slice(-2_000)))
    child.stdout.once('data', () => !isOver && echoes && held())
    child.stdin.on('error', () => {})
    child.on('error', (error: NodeJS.ErrnoException) => over(error.code === 'ENOENT' ? null : error.message))
    child.on('exit', () => over(said))
    // A helper must not keep a command from ending.
    for (const part of [child, child.stdin, child.stdout, child.stderr]) (part as { unref?: () => void }).unref?.()
    child.once('spawn', () => void (echoes ? child.stdin.write('held\n') : !isOver && held()))

    function over(told: string | null): void {
      if (isOver) return
      isOver = true
      lost(sentenceFor(told))
    }

    return () => {
      if (isOver) return
      isOver = true
      child.stdin.end()
      if (!echoes) return void child.kill('SIGTERM')
      const cancel = clock.after(endsWithinMs, () => endGroup(child))
      child.once('exit', cancel)
    }
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** ES_CONTINUOUS and ES_SYSTEM_REQUIRED: for the thread that calls, which is our main one, until it is taken back or ends. */
const continuous = 0x8000_0000
const systemRequired = 0x0000_0001
const windowsSentence = 'Windows did not let Idlewatt keep the machine awake. Turn its sleep off in Windows’ power settings where it must not sleep.'

function byExecutionState(handedIn: KeepAwakeOptions['executionState']): Hold {
  return (_why, held, lost) => {
    let isOver = false
    let call = handedIn
    void (async () => {
      call ??= await executionStateHere()
      if (isOver) return
      // It gives the state before; 0: refused.
      if (call === undefined || call((continuous | systemRequired) >>> 0) === 0) {
        isOver = true
        lost(windowsSentence)
      } else held()
    })().catch(() => !isOver && lost(windowsSentence))
    return () => {
      if (isOver) return
      isOver = true
      call?.(continuous)
    }
  }
}

async function executionStateHere(): Promise<KeepAwakeOptions['executionState']> {
  const { bindWindows } = await import('./windows-calls.ts')
  const call = bindWindows().call('kernel32', 'SetThreadExecutionState', 'uint32_t', ['uint32_t'])
  return call === null ? undefined : (flags) => Number(call(flags))
}
