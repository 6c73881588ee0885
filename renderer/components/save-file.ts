/** Hands a file that the page has made to the browser, or to the window's own save dialogue. */

/** How long the address of the file stays good: the browser has begun by then. */
const keptMs = 60_000

export function saveFile(name: string, type: string, pieces: BlobPart[]): void {
  const address = URL.createObjectURL(new Blob(pieces, { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(address), keptMs)
}
