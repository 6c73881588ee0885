/** Whether any program draws through X11 on a Wayland desktop, told without asking its X server, which would start it. Pure. */

/** `text`: /proc/net/unix. A connected socket (state 03) of the display's address: a program, or the compositor itself, is there. */
export function isXwaylandInUse(text: string, display: number | null): boolean {
  if (display === null) return false
  const socket = new RegExp(`^\\S+ \\S+ \\S+ \\S+ \\S+ 03 +\\d+ @?/tmp/\\.X11-unix/X${display}$`, 'm')
  return socket.test(text)
}
