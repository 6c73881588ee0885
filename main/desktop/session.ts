/** What kind of desktop this is, as far as Electron's own figures depend on it. Pure. */

export interface DesktopSession {
  platform: NodeJS.Platform
  env: Record<string, string | undefined>
}

export const thisSession: DesktopSession = { platform: process.platform, env: process.env }

export function isWayland({ platform, env }: DesktopSession): boolean {
  if (platform !== 'linux') return false
  return env['XDG_SESSION_TYPE'] === 'wayland' || (env['WAYLAND_DISPLAY'] ?? '') !== ''
}

/** A Linux desktop whose X server sees all input. Under Wayland the X server that is there as well sees only its own windows'. */
export function isPlainX11(session: DesktopSession): boolean {
  const { platform, env } = session
  if (platform !== 'linux' || isWayland(session)) return false
  return env['XDG_SESSION_TYPE'] === 'x11' || (env['DISPLAY'] ?? '') !== ''
}
