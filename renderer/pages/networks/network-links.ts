/** The element that leads into a network or a programme: where the focus goes on the way back. Pure. */
export function networkLinkId(id: string): string {
  return `network-${id}`
}
