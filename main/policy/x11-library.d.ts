/** What is used of the `x11` library, which comes without types. */
declare module 'x11' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'

  type Answer<T> = (error: Error | null | undefined, value: T) => unknown
  export interface Extension {
    present: number | boolean
    majorOpcode: number
  }
  export interface ScreenSaver {
    QueryInfo(drawable: number, done: Answer<{ idle: number; state: number }>): void
  }
  export interface XTest {
    MotionNotify: number
    KeyPress: number
    KeyRelease: number
    FakeInput(type: number, keycode: number, time: number, window: number, x: number, y: number): void
  }
  export interface XClient extends EventEmitter {
    AllocID(): number
    InternAtom(onlyIfExists: boolean, name: string, done: Answer<number>): void
    GetProperty(remove: number, window: number, property: number, type: number, offset: number, length: number, done: Answer<{ type: number; format: number; data: Buffer }>): void
    ChangeProperty(mode: number, window: number, property: number, type: number, unitBits: number, data: Buffer): void
    ChangeWindowAttributes(window: number, values: { eventMask: number }): void
    CreateWindow(id: number, parent: number, x: number, y: number, width: number, height: number, border: number, depth: number, windowClass: number, visual: number, values: Record<string, number>): void
    DestroyWindow(window: number): void
    QueryExtension(name: string, done: Answer<Extension>): void
    require(name: 'screen-saver', done: Answer<ScreenSaver>): void
    require(name: 'xtest', done: Answer<XTest>): void
    sync(done: Answer<null>): void
  }
  export interface Display {
    client: XClient
    screen: { root: number; root_visual: number; pixel_width: number; pixel_height: number }[]
  }
  export function createClient(options: { stream: Duplex; display: string; auth: { name: string; data: string }; disableBigRequests: boolean }, done: (error: Error | null | undefined, display: Display) => void): XClient
  export const eventMask: { PropertyChange: number }
}
