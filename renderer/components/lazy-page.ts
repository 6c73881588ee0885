/** A page that is loaded when it is first opened, so that the first look does not wait for all of them. */
import { lazy, type ComponentType } from 'react'
import { NotLoaded } from './NotLoaded.tsx'

export type LoadedPage = ComponentType & { load: () => void }

/** `read`: imports the page. `load` may be called early; what cannot be had says so in its place, by `instead`. */
export function lazyPage(read: () => Promise<ComponentType>, instead: ComponentType = NotLoaded): LoadedPage {
  let reading: Promise<{ default: ComponentType }> | null = null
  function load(): Promise<{ default: ComponentType }> {
    reading ??= read().then(
      (page) => ({ default: page }),
      () => ({ default: instead }),
    )
    return reading
  }
  return Object.assign(lazy(load), { load: () => void load() }) as unknown as LoadedPage
}
