/** Tells from what an answer says of itself, and from a file's first bytes, that it is not what was asked for: a page, an error, no program. Pure. */
import { DownloadFailed } from './download-faults.ts'
import type { Opened } from './download-exchange.ts'

const pageRemedy = 'The line may want a sign-in first (a hotel, a guest network), or a proxy is in the way. It was thrown away; see to that, then try again.'
const textTypes = /^(?:text\/html|application\/(?:xhtml\+xml|json|problem\+json|xml)|text\/(?:json|xml)|[\w.+-]+\/[\w.+-]+\+(?:json|xml))\s*(?:;|$)/i
/** Files that may well be one. */
const textNames = /\.(?:html?|xhtml|json|xml|svg|plist|xaml)$/i

/** What the server itself calls it; null: nothing against it. */
export function typeFault(headers: Opened['headers'], fileName: string, host: string): DownloadFailed | null {
  const said = headers['content-type']
  const type = (Array.isArray(said) ? said[0] : said)?.trim() ?? ''
  if (!textTypes.test(type) || textNames.test(fileName)) return null
  return new DownloadFailed('swapped', `A page or a message (${type.slice(0, 60)}) came from ${host} in place of ${fileName}.`, pageRemedy)
}

export interface Looked {
  fileName: string
  /** Its hash is known beforehand: then that alone says whether it is a program. */
  isPinned: boolean
  isExecutable: boolean
  platform: NodeJS.Platform
}

/** `head`: the first 256 bytes or so. null: it may be what it should be. */
export function unlikelyFile(head: Buffer, { fileName, isPinned, isExecutable, platform }: Looked): DownloadFailed | null {
  // Taken away meanwhile: that shows when it is moved.
  if (head.length === 0) return null
  const text = textOf(head)
  const isPage = isPinned ? /^\s*<(!doctype html|html)/i.test(text) : /^\s*<[!?a-z]/i.test(text)
  if (isPage && !textNames.test(fileName)) return new DownloadFailed('swapped', `A web page came in place of ${fileName}.`, pageRemedy)
  if (isPinned) return null
  if (/^\s*[[{]\s*["{[\]}]/.test(text) && !textNames.test(fileName)) return new DownloadFailed('swapped', `A message of the server came in place of ${fileName}.`, 'It was thrown away. The server may have been asked too often, or be at fault: try again later.')
  if (isExecutable && !isProgram(head, platform)) {
    return new DownloadFailed('swapped', `${fileName} came, and it is no program of this system.`, 'It was thrown away. Look at the publisher’s page whether the file has changed, and for a new version of Idlewatt. Do not get the file elsewhere.')
  }
  return null
}

/** As a reader of web pages decodes it. */
function textOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return head.subarray(2).toString('utf16le')
  if (head[0] === 0xfe && head[1] === 0xff) return Buffer.from(head.subarray(2, head.length - (head.length % 2))).swap16().toString('utf16le')
  return head.toString('utf8').replace(/^\ufeff/, '')
}

const elf = ['7f454c46']
const machO = ['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe', 'cafebabf']

function isProgram(head: Buffer, platform: NodeJS.Platform): boolean {
  const magic = head.subarray(0, 4).toString('hex')
  if (platform === 'win32') return magic.startsWith('4d5a')
  return magic.startsWith('2321') || (platform === 'darwin' ? machO : elf).includes(magic)
}
