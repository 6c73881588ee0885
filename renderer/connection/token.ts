/**
 * The key of the headless door. It comes in the address's fragment, is kept for this tab so that a reload works,
 * and leaves the address bar, where it would be copied or photographed. Pages use fragments too, as `#/gpus`.
 */

const kept = 'idlewatt.token'

export interface TokenPlace {
  location: { hash: string; pathname: string; search: string }
  history: { replaceState(data: unknown, unused: string, url: string): void }
  sessionStorage: Pick<Storage, 'getItem' | 'setItem'>
}

/** A fragment that is not a page is a key. Pure. */
export function tokenIn(hash: string): string | null {
  const fragment = hash.replace(/^#/, '')
  return fragment === '' || fragment.startsWith('/') ? null : decodeURIComponent(fragment)
}

/** Takes the key out of the address, or finds the one kept for this tab; null: there is none. */
export function takeToken(place: TokenPlace): string | null {
  const given = safely(() => tokenIn(place.location.hash))
  if (given === null) return safely(() => place.sessionStorage.getItem(kept))
  // Only a kept key may leave the address: where the tab cannot store it, a reload still needs it there.
  const stored = safely(() => {
    place.sessionStorage.setItem(kept, given)
    return place.sessionStorage.getItem(kept)
  })
  if (stored === given) place.history.replaceState(null, '', `${place.location.pathname}${place.location.search}#/`)
  return given
}

function safely<T>(act: () => T): T | null {
  try {
    return act()
  } catch {
    return null
  }
}
