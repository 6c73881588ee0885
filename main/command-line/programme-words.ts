/** Which programme a call means, and its title. */
import type { State } from '../../shared/state.ts'
import { nearestWord, quoted, WrongWords } from './words.ts'

export interface NamedProgramme {
  id: string
  networkId: string
  title: string
}

/** Every programme that can be set up or looked at, practice first. */
export function programmesOf(state: Pick<State, 'networks' | 'programmes'>): NamedProgramme[] {
  return [...state.programmes.practice, ...state.networks.programmes].map(({ id, networkId, networkTitle, title }) => ({
    id,
    networkId,
    title: title.toLowerCase().startsWith(networkTitle.toLowerCase()) ? title : `${networkTitle}: ${title}`,
  }))
}

/** Throws WrongWords, naming those there are. A network with one programme may be named for it. */
export function readProgramme(typed: string, known: NamedProgramme[]): NamedProgramme {
  const wanted = typed.trim().toLowerCase()
  const found = known.find(({ id }) => id.toLowerCase() === wanted)
  if (found) return found
  const ofNetwork = known.filter(({ networkId }) => networkId.toLowerCase() === wanted)
  if (ofNetwork.length === 1 && ofNetwork[0]) return ofNetwork[0]
  if (ofNetwork.length > 1) throw new WrongWords(`${quoted(typed)} has several programmes: ${ofNetwork.map(({ id }) => id).join(', ')}. Name one.`)
  const near = nearestWord(typed.trim(), known.map(({ id }) => id), 3)
  throw new WrongWords(`There is no programme ${quoted(typed)}.${near === null ? '' : ` Did you mean ${near}?`} There are: ${known.map(({ id }) => id).join(', ')}.`)
}

/** Throws WrongWords: of a programme and another network, one of the two would be dropped in silence. */
export function refuseOtherNetwork({ id, networkId }: NamedProgramme, network: string): void {
  if (network.trim().toLowerCase() !== networkId.toLowerCase()) throw new WrongWords(`${id} belongs to ${networkId}, not to ${quoted(network)}: leave --network out.`)
}
