/** Which page is open, kept in the address as `#/networks/<network>/<programme>` so that reload and the back button work. */
import { useSyncExternalStore } from 'react'

export const pageIds = ['overview', 'gpus', 'measure', 'compare', 'networks', 'policy', 'activity', 'ledger', 'settings'] as const
export type PageId = (typeof pageIds)[number]

export interface Route {
  page: PageId
  /** What is open on it: a comparison row, a GPU, a network or a programme of it; null: nothing. */
  detail: string | null
}

export function readRoute(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/')
  const known = pageIds.find((id) => id === page) ?? 'overview'
  const detail = rest.join('/')
  return { page: known, detail: detail === '' ? null : decode(detail) }
}

export function writeRoute(page: PageId, detail: string | null = null): string {
  // Slashes stay, so that the id of a programme reads as it is.
  return detail === null ? `#/${page}` : `#/${page}/${detail.split('/').map(encodeURIComponent).join('/')}`
}

/** Replaces the address without a new entry in the history: for what opens and closes on a page. */
export function replaceRoute(page: PageId, detail: string | null): void {
  history.replaceState(null, '', writeRoute(page, detail))
  // A replaced address is announced to nobody.
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

export function useRoute(): Route {
  return readRoute(useSyncExternalStore(subscribe, () => window.location.hash))
}
