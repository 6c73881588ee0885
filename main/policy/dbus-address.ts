/** Where a D-Bus listens: reads addresses such as "unix:path=/run/user/1000/bus" and opens their sockets. */
import { createConnection, type Socket } from 'node:net'

/** Paths of sockets of this machine, in order; one that begins with a zero byte is abstract. Other kinds of address are left out. */
export function socketPathsOf(address: string): string[] {
  return address.split(';').flatMap((one) => {
    const [family, rest = ''] = splitOnce(one.trim(), ':')
    if (family !== 'unix') return []
    const keys = new Map(rest.split(',').map((pair) => splitOnce(pair, '=')).map(([key, value = '']) => [key, unescaped(value)]))
    const path = keys.get('path')
    const abstract = keys.get('abstract')
    return path !== undefined ? [path] : abstract !== undefined ? [`\0${abstract}`] : []
  })
}

/** The path of a socket for a sentence. */
export function shownPath(path: string): string {
  return path.startsWith('\0') ? `@${path.slice(1)}` : path
}

/**
 * A socket whose listeners cannot end this process: what they throw closes the socket.
 * The libraries on top parse what the other side sends, and Node ends a process where a listener throws.
 */
export function openSocket(path: string): Socket {
  const socket = createConnection(path)
  const emit = socket.emit.bind(socket) as (...all: unknown[]) => boolean
  socket.emit = (...all: unknown[]) => {
    try {
      return emit(...all)
    } catch (error) {
      if (all[0] !== 'error' && all[0] !== 'close') socket.destroy(error instanceof Error ? error : new Error(String(error)))
      return false
    }
  }
  return socket
}

function splitOnce(text: string, at: string): [string, string?] {
  const place = text.indexOf(at)
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)]
}

/** "%20" as the specification's addresses write it. What is no escape stays as it is. */
function unescaped(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
