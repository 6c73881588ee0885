/** The door to a browser on this machine: loopback HTTP with a token that is new with every start. */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from '../app.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { openPageFiles } from '../system/page-files.ts'
import { createDoorServer, oncePath } from './server.ts'
import { openUpdateStreams } from './update-streams.ts'

/** A browser that has to start first asks within this time. */
const onceMs = 120_000
/** Answers that are under way get this long to finish. */
const lastAnswersMs = 500

export interface HeadlessOptions {
  app: Pick<App, 'handlers' | 'store'>
  /** 0: any free one. */
  port: number
  rendererFolder: string
  log: Log
  /** For tests; 256 random bits when left out. */
  token?: string
}

export interface Headless {
  /** With the token in its fragment: what a person opens. */
  url: string
  /** Without it. */
  origin: string
  /**
   * An address that leads to `url` once, and only for two minutes: for handing to a browser as a program's argument,
   * which every user of this machine can read in the list of processes for as long as the browser runs.
   */
  urlForOneUse(): string
  /** Resolves within a second, whoever is still reading. */
  stop(): Promise<void>
}

/** Resolves once it really answers. Rejects with NotPossible where the port cannot be had. */
export async function startHeadless(options: HeadlessOptions): Promise<Headless> {
  const token = options.token ?? randomBytes(32).toString('base64url')
  const page = openPageFiles(options.rendererFolder)
  if (!page.isBuilt()) options.log.warn('the page has not been built; run "npm run build"', { folder: options.rendererFolder })
  const streams = openUpdateStreams(options.app.store)
  const once = new Map<string, number>()
  const useOnce = (path: string): boolean => {
    const until = once.get(path)
    return once.delete(path) && until !== undefined && performance.now() < until
  }
  const server = createDoorServer({ app: options.app, page, streams, token, useOnce, log: options.log })
  try {
    await listen(server, options.port)
  } catch (error) {
    streams.stop()
    throw error
  }
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  let stopping: Promise<void> | null = null
  return {
    url: `${origin}/#${token}`,
    origin,
    urlForOneUse() {
      const path = `/${oncePath}/${randomBytes(32).toString('base64url')}`
      once.set(path, performance.now() + onceMs)
      return origin + path
    },
    stop() {
      stopping ??= new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), lastAnswersMs)
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        streams.stop()
        server.closeIdleConnections()
      })
      return stopping
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return reject(new NotPossible(`${port} is not a port; it takes a whole number from 0 (any free one) to 65535.`))
    server.once('error', (error: NodeJS.ErrnoException) => reject(new NotPossible(listenSentence(error, port))))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve)
  })
}

function listenSentence(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} on 127.0.0.1 is already in use by another program. Choose another with --port, or --port 0 for any free one.`
  if (error.code === 'EACCES') return `Port ${port} is reserved for the system. Choose one from 1024 up with --port, or --port 0 for any free one.`
  return `Idlewatt cannot listen on 127.0.0.1, port ${port} (${error.code ?? error.message}). Choose another with --port, or --port 0 for any free one.`
}
