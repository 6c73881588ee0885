/** Where everything of the practice programme is from: Idlewatt itself. */
import type { Source } from '../../../shared/network.ts'

export const practiceSource: Source = { url: 'own:practice/README.md', date: '2026-11-23', note: 'part of Idlewatt: resources/practice' }
export const publisher = { name: 'Idlewatt', url: practiceSource.url }
export const image = 'idlewatt-practice'
export const imageReference = `${image}:1`
