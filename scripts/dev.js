/** `npm run dev`: the app with changes shown at once. With a display: electron-vite's own mode; else the headless door, rebuilt as files change. */
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { entryFile, findNode, root } from './lib/paths.js'
import { run } from './lib/run.js'
import { ensureBuild, say, SetUpFailed, setUpOrLeave } from './lib/set-up.js'
import { prepareWindow } from './lib/window.js'

const quietMs = 200
const words = process.argv.slice(2)

await setUpOrLeave()
const node = findNode() ?? process.execPath
const window = await prepareWindow()
if (window.ok) {
  const electronVite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const result = await run(node, [electronVite, 'dev', '--watch', '--', ...window.flags, ...words], { cwd: root })
  process.exit(result.exitCode)
}
say(`${window.why}, so the headless door is started again at every change.`)
serveAndWatch()

function serveAndWatch() {
  let door = start()
  let timer = null
  let building = Promise.resolve()
  for (const folder of ['main', 'shared', 'renderer']) {
    watch(join(root, folder), { recursive: true }, () => {
      clearTimeout(timer)
      timer = setTimeout(() => (building = building.then(rebuild)), quietMs)
    })
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(signal))

  async function rebuild() {
    try {
      await ensureBuild()
    } catch (error) {
      if (!(error instanceof SetUpFailed)) throw error
      say(error.message)
      return
    }
    await stopped(door)
    door = start()
  }
  async function end(signal) {
    await stopped(door)
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
}

function start() {
  return spawn(node, [entryFile, 'serve', '--no-open', ...words], { stdio: 'inherit', env: { ...process.env, IDLEWATT_PARENTS: String(process.pid) } })
}

function stopped(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
}
