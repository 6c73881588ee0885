/** Starts programs for the scripts, passes signals on to them, and never leaves one behind. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }

/** Exit code as a shell would give it. */
export function exitCodeOf(code, signal) {
  return code ?? exitCodes[signal] ?? 1
}

/**
 * Runs a program to its end. `stdio: 'inherit'`: on this terminal; 'quiet': output is kept and given back; 'stderr': shown, on stderr.
 * SIGINT, SIGTERM and SIGHUP go on to it; it is killed where it has not ended 1.5 s later.
 * @param {string} program
 * @param {string[]} args
 * @param {{ stdio?: 'inherit' | 'quiet' | 'stderr', cwd?: string, env?: NodeJS.ProcessEnv, limitMs?: number, shell?: boolean }} [options]
 * @returns {Promise<{ exitCode: number, signal: string | null, interrupted: string | null, timedOut: boolean, output: string, error: string | null }>}
 */
export function run(program, args, options = {}) {
  const { stdio = 'inherit', limitMs, ...rest } = options
  return new Promise((resolve) => {
    const streams = stdio === 'inherit' ? 'inherit' : stdio === 'stderr' ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe']
    const child = spawn(program, args, { ...rest, stdio: streams, windowsHide: true })
    let output = ''
    let interrupted = null
    let timedOut = false
    const timers = []
    const keep = (chunk) => (output = (output + chunk).slice(-200_000))
    child.stdout?.setEncoding('utf8').on('data', keep)
    child.stderr?.setEncoding('utf8').on('data', keep)

    function end(signal) {
      child.kill(signal)
      timers.push(setTimeout(() => child.kill('SIGKILL'), 1_500))
    }
    const forward = (signal) => {
      interrupted = signal
      end(signal)
    }
    const signals = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    if (limitMs !== undefined) {
      timers.push(
        setTimeout(() => {
          timedOut = true
          end('SIGTERM')
        }, limitMs),
      )
    }
    function finish(code, signal, error) {
      for (const timer of timers) clearTimeout(timer)
      for (const one of signals) process.off(one, forward)
      resolve({ exitCode: exitCodeOf(code, signal), signal, interrupted, timedOut, output, error })
    }
    child.on('error', (error) => finish(127, null, error.message))
    child.on('close', (code, signal) => finish(code, signal, null))
  })
}

/**
 * Hands this process over to another program: where Node can (22.15 and newer, not on Windows) the process becomes it, so
 * that no second one waits beside it; else it runs as a child that gets every signal. Ends this process.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 */
export async function handOver(program, args, env) {
  const words = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(program, [program, ...args], { ...words, IDLEWATT_PARENTS: parentsToWatch(words).join(' ') })
  }
  const result = await run(program, args, { env: { ...words, IDLEWATT_PARENTS: [process.pid, ...parentsToWatch(words)].join(' ') } })
  if (result.error !== null) process.stderr.write(`Idlewatt: ${program} could not be started: ${result.error}\n`)
  process.exit(result.exitCode)
}

/**
 * Processes whose end ends the app: npm may be killed without a word to what it started, and a shell of its own stands
 * between. Nobody is named where npm did not start us: a shell that logs out must not end a server.
 */
function parentsToWatch(env) {
  if (env.npm_lifecycle_event === undefined) return []
  const grandparent = parentOf(process.ppid)
  return grandparent !== null && grandparent > 1 ? [process.ppid, grandparent] : [process.ppid]
}

/** null: not told here. Linux. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}
