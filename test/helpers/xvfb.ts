/** A real X server without a screen (Xvfb), and a person at it: keys, the pointer and windows. */
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- an ambient declaration has nothing that could be imported
/// <reference path="../../main/policy/x11-library.d.ts" />
import { spawn, spawnSync } from 'node:child_process'
import x11, { type Display, type XTest } from 'x11'
import { createConnection } from 'node:net'

/** Why there is none, in one sentence; null: there is. */
export const noXvfb: string | null = spawnSync('Xvfb', ['-help']).error === undefined ? null : 'There is no Xvfb on this machine (Debian: apt install xvfb).'

export interface Xvfb {
  /** ":93" */
  display: string
  person(): Promise<Person>
  /** Ends it by its own handle, as a crash would. */
  stop(): Promise<void>
}

export interface Person {
  movePointer(): Promise<void>
  /** Opens a window, says that it is active, and whether it fills the screen. */
  openWindow(name: string, states: string[]): Promise<number>
  closeWindow(window: number): Promise<void>
  setStates(window: number, states: string[]): Promise<void>
  leave(): void
}

export async function startXvfb(): Promise<Xvfb> {
  const child = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '640x480x24', '-nolisten', 'tcp', '-ac'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const number = await new Promise<number>((done, fail) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('\n')) done(Number(text.trim()))
    })
    child.once('exit', (code) => fail(new Error(`Xvfb ended with ${code}`)))
  })
  const people: Person[] = []
  return {
    display: `:${number}`,
    async person() {
      const person = await sitDown(number)
      people.push(person)
      return person
    },
    async stop() {
      for (const person of people) person.leave()
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function sitDown(number: number): Promise<Person> {
  const stream = createConnection(`/tmp/.X11-unix/X${number}`)
  const display = await new Promise<Display>((done, fail) => x11.createClient({ stream, display: `:${number}`, auth: { name: '', data: '' }, disableBigRequests: true }, (error, opened) => (error ? fail(error) : done(opened))))
  const { client } = display
  client.on('error', () => {})
  const root = display.screen[0]?.root ?? 0
  const done = (): Promise<void> => new Promise((over) => client.sync(() => over()))
  const atom = (name: string): Promise<number> => new Promise((over) => client.InternAtom(false, name, (_, value) => over(value)))
  const test = await new Promise<XTest>((over) => client.require('xtest', (_, value) => over(value)))
  let x = 10

  async function put(window: number, name: string, type: number, values: number[]): Promise<void> {
    const data = Buffer.alloc(values.length * 4)
    values.forEach((value, index) => data.writeUInt32LE(value, index * 4))
    client.ChangeProperty(0, window, await atom(name), type, 32, data)
    await done()
  }
  async function setStates(window: number, states: string[]): Promise<void> {
    await put(window, '_NET_WM_STATE', 4, await Promise.all(states.map(atom)))
  }

  return {
    async movePointer() {
      x = x === 10 ? 20 : 10
      test.FakeInput(test.MotionNotify, 0, 0, root, x, 10)
      await done()
    },
    async openWindow(name, states) {
      const window = client.AllocID()
      client.CreateWindow(window, root, 0, 0, 640, 480, 0, 0, 0, 0, {})
      client.ChangeProperty(0, window, await atom('WM_CLASS'), await atom('STRING'), 8, Buffer.from(`${name.toLowerCase()}\0${name}\0`))
      await setStates(window, states)
      await put(root, '_NET_ACTIVE_WINDOW', 33, [window])
      return window
    },
    async closeWindow(window) {
      client.DestroyWindow(window)
      await done()
    },
    setStates,
    leave: () => void stream.destroy(),
  }
}
