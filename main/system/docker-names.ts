/** Names of images: two references mean the same repository whatever their tag, digest and way of writing Docker Hub. Pure. */

/** "docker.io/library/busybox:1.36@sha256:…" → "busybox"; "localhost:5000/a/b:1" → "localhost:5000/a/b". */
export function repositoryOf(reference: string): string {
  const bare = reference.trim().replace(/@.*$/, '')
  // A colon before the last slash belongs to the registry's port.
  const colon = bare.indexOf(':', bare.lastIndexOf('/') + 1)
  const name = colon === -1 ? bare : bare.slice(0, colon)
  return name.replace(/^(?:(?:index|registry-1)\.)?docker\.io\//, '').replace(/^library\//, '')
}

/** `prefix`: "example/" or "example/worker" as an adapter states it. A registry other than Docker Hub is never meant by it. */
export function hasImagePrefix(reference: string, prefix: string): boolean {
  return prefix !== '' && repositoryOf(reference).startsWith(prefix)
}

/** An image's id in place of its name: what the engine tells once the name has gone over to a newer image. */
export function isImageId(reference: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{12,64}$/.test(reference)
}

/** "a/b:1" → { repository: "a/b", tag: "1" }; without a tag: "latest". */
export function splitTag(reference: string): { repository: string; tag: string } {
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1)
  return colon === -1 ? { repository: reference, tag: 'latest' } : { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) }
}

/** Every container that Idlewatt itself makes carries this label with its programme's id. */
export const ownLabel = 'idlewatt.programme'
/** And this one with the id of the data folder whose Idlewatt made it: another folder's is not ours to touch. */
export const houseLabel = 'idlewatt.house'
/** An image that was made of a file carries the file's SHA-256, in hex. */
export const archiveLabel = 'idlewatt.archive-sha256'

/** `house` null: of an Idlewatt that has no id. */
export function isMadeFor({ labels }: { labels: Record<string, string> }, programmeId: string, house: string | null): boolean {
  return labels[ownLabel] === programmeId && (labels[houseLabel] ?? null) === house
}
