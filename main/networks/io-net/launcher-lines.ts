/** What a line of the launcher says. Its words are from its issues, io.net's pages and a community watchdog; 3.0.0 was not seen running. */
import type { SoftwareSign } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

/** Older ones are turned away (README of the launcher, 2026-03-19). */
export const oldestVersion = [3, 0, 0] as const
export const activateUrl = sources.activate.url

interface Said {
  pattern: RegExp
  sign(hit: RegExpExecArray): SoftwareSign | null
}

const broken = (event: string, sentence: string): (() => SoftwareSign) => () => ({ event, activity: 'unhealthy', earning: false, cause: 'broken-here', sentence })

/** The first that fits holds. */
const said: Said[] = [
  { pattern: /\bIO\s+Worker\s+is\s+launched\s+and\s+ready\b/i, sign: () => ({ event: 'launched', activity: 'ready', earning: null, sentence: 'The launcher says that the worker is launched. Its two containers have to stay up, which is looked at.' }) },
  { pattern: /\bCurrent version:\s*v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})/i, sign: readVersion },
  // The address holds the code: ".../device?user_code=ABCD-EFGH" or ".../activate?user_code=…".
  { pattern: /[?&]user_code=([A-Z0-9]{4}-[A-Z0-9]{4})\b/, sign: ([, code = '']) => signIn(code) },
  { pattern: /^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$/, sign: ([, code = '']) => signIn(code) },
  { pattern: /auth0\.io\.solutions\/activate/i, sign: () => signIn(null) },
  { pattern: /\bdevice code (has )?expired\b|\bexpired_token\b/i, sign: broken('sign-in-too-late', 'Nobody signed in within the three minutes. Start it again, and enter the code at once.') },
  {
    pattern: /\bdevice code authorization returned\b/i,
    sign: broken('sign-in-refused', `The sign-in was refused. Open ${activateUrl} in a browser: if that does not open, this line cannot reach io.net's sign-in (a VPN, a proxy, a filter). Check the clock too, then start it again.`),
  },
  {
    pattern: /\binvalid_grant\b|\bprovided token has expired or invalid\b/i,
    sign: broken('sign-in-expired', 'The launcher’s kept sign-in is no longer valid. Remove its file ionet_device_cache.json (undo the step "Sign in"), start it again, and sign in by browser.'),
  },
  // What follows, in this line or alone in the next, must be kept nowhere. A community install script for macOS takes the line's last word.
  { pattern: /\buse the following token\b|\b(?:copy|save|store|keep) (?:the|this|your) (?:refresh )?token\b|\b(?:your|refresh) token\s*(?:is\b|[:=])|^\s*v1\.[\w.~+/=-]{20,}\s*$/i, sign: () => ({ event: 'token-shown', sentence: 'The launcher printed a token for signing in without a browser. It is as good as a password of your account, so it is not kept here. Pass it on to nobody.' }) },
  { pattern: /\bWaiting for IO containers to start\b/i, sign: () => ({ event: 'containers-starting', activity: 'starting', sentence: 'The launcher waits for its containers. The first time it downloads about 20 GB.' }) },
  { pattern: /\b(remov|delet)\w*\b.{0,40}\bcontainers\b|\bcontainers\b.{0,40}\b(remov|delet)/i, sign: () => ({ event: 'removes-containers', activity: 'starting', sentence: 'The launcher removes the containers that it finds.' }) },
  { pattern: /permission denied.*docker.*(daemon|sock)/i, sign: broken('docker-refused', 'Docker refused this user. Put the user into the "docker" group (that is root in effect), sign out and in, and start it again.') },
  { pattern: /cannot connect to the docker daemon|error during connect:.*docker/i, sign: broken('docker-gone', 'The launcher could not reach Docker. Start Docker, and start it again.') },
  { pattern: /no space left on device/i, sign: broken('disk-full', 'The disk is full: the images take about 20 GB. Free some space, and start it again.') },
  { pattern: /could not select device driver|nvidia-container-cli: (initialization|requirement|mount) error/i, sign: broken('card-not-reached', 'Docker cannot hand the card to a container. Install the NVIDIA container toolkit, restart Docker, and start it again.') },
  { pattern: /bad cpu type in executable/i, sign: broken('wrong-processor', 'The launcher needs Rosetta on this Mac. Run "softwareupdate --install-rosetta", and start it again.') },
]

/** Null: nothing of interest. */
export function readLauncherLine(line: string): SoftwareSign | null {
  for (const { pattern, sign } of said) {
    const hit = pattern.exec(line)
    if (hit) return sign(hit)
  }
  return null
}

function signIn(code: string | null): SoftwareSign {
  const enter = code === null ? 'enter the code that the log shows' : `enter the code ${code}`
  return { event: 'sign-in-needed', activity: 'starting', sentence: `Sign in now: open ${activateUrl} and ${enter}. You have about three minutes.` }
}

function readVersion([, ...numbers]: RegExpExecArray): SoftwareSign {
  const version = numbers.slice(0, 3).map(Number)
  const called = version.join('.')
  const differs = version.findIndex((number, i) => number !== oldestVersion[i])
  const isOld = differs !== -1 && (version[differs] ?? 0) < (oldestVersion[differs] ?? 0)
  if (!isOld) return { event: 'launcher-version', sentence: `The launcher is version ${called}.` }
  return { event: 'launcher-too-old', activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: `The launcher is version ${called}; ${oldestVersion.join('.')} is the oldest that is supported. Undo its download, and download it again.` }
}
