/** A D-Bus connection that may fail in every way and costs its reader only an answer: time limits, pauses between attempts, and no program is ever started by asking. */
import type { Message, MessageBus } from 'dbus-native'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { openSocket, shownPath, socketPathsOf } from './dbus-address.ts'

export interface BusCall {
  /** Of the program that answers: "org.freedesktop.login1". */
  name: string
  path: string
  interface: string
  member: string
  signature?: string
  body?: unknown[]
}

export interface SignalMatch {
  interface: string
  member: string
  sender?: string
  arg0?: string
}

export interface Bus {
  /** Values of the answer. Rejects with a sentence: BusFault, whose `isAbsent` says that nobody there answers to that. */
  call(call: BusCall): Promise<unknown[]>
  property(of: { name: string; path: string; interface: string; property: string }): Promise<unknown>
  properties(of: { name: string; path: string; interface: string }): Promise<Record<string, unknown>>
  /** From now on and after every reconnection. Returns how to end it. */
  onSignal(match: SignalMatch, listener: (body: unknown[], path: string) => void): () => void
  /** Each time a connection is there (again): what was read before may be old. */
  onOpen(listener: () => void): void
  close(): Promise<void>
}

export class BusFault extends Error {
  override name = 'BusFault'
  readonly isAbsent: boolean
  constructor(sentence: string, isAbsent = false) {
    super(sentence)
    this.isAbsent = isAbsent
  }
}

export interface BusOptions {
  address: string
  /** For sentences: "The system bus". */
  title: string
  clock: Clock
  log: Log
}

const connectLimitMs = 3_000
const callLimitMs = 2_000
const firstPauseMs = 1_000
const longestPauseMs = 30_000
const signalType = 4
/** Never starts the program that is asked (D-Bus specification, NO_AUTO_START). */
const noAutoStart = 2
const absentNames = ['ServiceUnknown', 'NameHasNoOwner', 'UnknownMethod', 'UnknownObject', 'UnknownInterface', 'UnknownProperty', 'NotSupported', 'AccessDenied']

/** Connects with the first question. */
export function openBus(options: BusOptions): Bus {
  let link: Promise<MessageBus> | null = null
  let opened: MessageBus | null = null
  let pauseMs = firstPauseMs
  let isPausing = false
  let endPause = (): void => {}
  let lastFault = ''
  let isClosed = false
  const listeners = new Map<string, { match: SignalMatch; listener: (body: unknown[], path: string) => void }[]>()
  const onOpen: (() => void)[] = []

  function connection(): Promise<MessageBus> {
    if (isClosed) return Promise.reject(new BusFault(`${options.title} is closed.`))
    if (isPausing) return Promise.reject(new BusFault(lastFault))
    link ??= connect(options, heard, lost).then(
      async (bus) => {
        if (isClosed) {
          await bus.close()
          throw new BusFault(`${options.title} is closed.`)
        }
        opened = bus
        pauseMs = firstPauseMs
        for (const rule of listeners.keys()) tell(bus, 'AddMatch', rule)
        for (const listener of onOpen) listener()
        return bus
      },
      (error: unknown) => {
        lost(error instanceof Error ? error.message : String(error))
        throw error
      },
    )
    return link
  }

  /** The next attempt is made by itself, so that signals are heard again without anybody asking. */
  function lost(why: string): void {
    if (isClosed || isPausing) return
    options.log.debug('a bus is not there', { bus: options.title, why })
    link = null
    opened = null
    lastFault = why
    isPausing = true
    const cancel = options.clock.after(pauseMs, () => {
      isPausing = false
      if (listeners.size > 0) connection().catch(() => {})
    })
    endPause = cancel
    pauseMs = Math.min(longestPauseMs, pauseMs * 2)
  }

  function heard(message: Message): void {
    if (message.type !== signalType) return
    for (const all of [...listeners.values()]) {
      for (const { match, listener } of [...all]) {
        if (match.interface !== message.interface || match.member !== message.member) continue
        if (match.arg0 !== undefined && message.body?.[0] !== match.arg0) continue
        try {
          listener(message.body ?? [], message.path ?? '')
        } catch (error) {
          options.log.warn('a bus signal could not be used', { bus: options.title, why: String(error) })
        }
      }
    }
  }

  async function call(of: BusCall): Promise<unknown[]> {
    const bus = await connection()
    return new Promise((done, fail) => {
      const message: Message = { type: 1, flags: noAutoStart, destination: of.name, path: of.path, interface: of.interface, member: of.member, ...(of.signature ? { signature: of.signature, body: of.body ?? [] } : {}) }
      bus.invoke(message, { timeout: callLimitMs }, (error: unknown, ...values: unknown[]) => (error ? fail(faultOf(error, of)) : done(values)))
    })
  }

  return {
    call,
    async property({ property, ...of }) {
      const [value] = await call({ ...of, interface: 'org.freedesktop.DBus.Properties', member: 'Get', signature: 'ss', body: [of.interface, property] })
      return value
    },
    async properties(of) {
      const [value] = await call({ ...of, interface: 'org.freedesktop.DBus.Properties', member: 'GetAll', signature: 's', body: [of.interface] })
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
    },
    onSignal(match, listener) {
      const rule = ruleOf(match)
      const one = { match, listener }
      const all = listeners.get(rule)
      if (all) all.push(one)
      else {
        listeners.set(rule, [one])
        if (opened) tell(opened, 'AddMatch', rule)
        else connection().catch(() => {})
      }
      return () => {
        const left = (listeners.get(rule) ?? []).filter((other) => other !== one)
        if (left.length > 0) listeners.set(rule, left)
        else if (listeners.delete(rule) && opened) tell(opened, 'RemoveMatch', rule)
      }
    },
    onOpen: (listener) => void onOpen.push(listener),
    async close() {
      isClosed = true
      endPause()
      listeners.clear()
      await opened?.close()
      await link?.then((bus) => bus.close()).catch(() => {})
    },
  }
}

async function connect(options: BusOptions, heard: (message: Message) => void, lost: (why: string) => void): Promise<MessageBus> {
  const paths = socketPathsOf(options.address)
  if (paths.length === 0) throw new BusFault(`${options.title} has an address that Idlewatt cannot use: "${options.address}".`)
  let why: unknown
  for (const path of paths) {
    try {
      return await connectTo(path, options, heard, lost)
    } catch (error) {
      why = error
    }
  }
  throw why
}

async function connectTo(path: string, options: BusOptions, heard: (message: Message) => void, lost: (why: string) => void): Promise<MessageBus> {
  const { default: dbus } = await import('dbus-native')
  return new Promise((done, fail) => {
    const stream = openSocket(path)
    // `direct`: the library's own greeting throws where nobody can catch it. EXTERNAL alone: its other ways in stumble over a short refusal.
    const bus = dbus.createClient({ stream, direct: true, authMethods: ['EXTERNAL'], returnBigInt: false })
    let isUp = false
    let isOver = false
    const endLimit = options.clock.after(connectLimitMs, () => over(`${options.title} (${shownPath(path)}) did not answer in ${connectLimitMs / 1000} s.`))

    function over(why: string): void {
      if (isOver) return
      isOver = true
      endLimit()
      stream.destroy()
      if (isUp) lost(why)
      else fail(new BusFault(why))
    }

    bus.connection.on('error', (error: NodeJS.ErrnoException) => over(connectSentence(error, options.title, path)))
    const hungUp = (): void => over(isUp ? `${options.title} has closed the connection.` : `${options.title} at ${shownPath(path)} does not let this user in.`)
    bus.connection.on('end', hungUp)
    bus.connection.on('close', hungUp)
    bus.connection.on('message', (message: Message) => heard(message))
    bus.connection.on('handlerError', (error: Error) => over(`${options.title} sent what could not be understood: ${messageOf(error)}.`))
    bus.invokeDbus({ member: 'Hello' }, { timeout: connectLimitMs }, (error: unknown, name: unknown) => {
      if (isOver) return
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNCLOSED') return hungUp()
      if (error) return over(`${options.title} did not let Idlewatt in: ${messageOf(error)}.`)
      endLimit()
      isUp = true
      bus.name = String(name)
      done(bus)
    })
  })
}

function tell(bus: MessageBus, member: 'AddMatch' | 'RemoveMatch', rule: string): void {
  bus.invokeDbus({ member, signature: 's', body: [rule] }, { timeout: callLimitMs }, () => {})
}

function ruleOf(match: SignalMatch): string {
  const parts = [`type='signal'`, `interface='${match.interface}'`, `member='${match.member}'`]
  if (match.sender !== undefined) parts.push(`sender='${match.sender}'`)
  if (match.arg0 !== undefined) parts.push(`arg0='${match.arg0}'`)
  return parts.join(',')
}

function connectSentence(error: NodeJS.ErrnoException, title: string, path: string): string {
  const place = shownPath(path)
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return `${title} is not there: nothing listens at ${place}.`
  if (error.code === 'EACCES' || error.code === 'EPERM') return `${title} at ${place} belongs to another user, and Idlewatt may not ask it.`
  // A daemon that knows the user and wants none of them hangs up: so do root's questions to another user's desktop end.
  if (/authentication methods/.test(error.message) || error.code === 'EPIPE' || error.code === 'ECONNRESET') return `${title} at ${place} does not let this user in.`
  return `${title} at ${place} failed: ${error.message}.`
}

function faultOf(error: unknown, of: BusCall): BusFault {
  const name = typeof error === 'object' && error !== null && 'dbusName' in error ? String(error.dbusName) : ''
  const isAbsent = absentNames.some((absent) => name.endsWith(`.${absent}`))
  return new BusFault(`${of.name} did not answer ${of.member}: ${messageOf(error)}.`, isAbsent)
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '')
}
