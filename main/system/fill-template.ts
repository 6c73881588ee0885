/** Fills `{field}` in the words of commands, paths and addresses; what is not known is refused by name and never left empty. */
import { homeFolder } from './home-folder.ts'
import { NotPossible } from './not-possible.ts'

/** `{device_id}`, `{secret:token}`; other braces (JSON, a shell's own) stay as they are. */
const placeholder = /\{((?:secret:)?[A-Za-z][\w-]*)\}/g

/** Fills once: what stands in braces within a value stays. Throws NotPossible with the name of what is missing. */
export function fillTemplate(text: string, values: Record<string, string>): string {
  return text.replace(placeholder, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined || value === '') throw new NotPossible(missingWords(name))
    return value
  })
}

/** Names in braces, each once. */
export function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((match) => match[1] ?? ''))]
}

/** What every template may name beside answers, which never take its place. `folder`: the programme's own. */
export function templateValues(of: { answers: Record<string, string>; folder: string; cards: number | null }): Record<string, string> {
  const home = homeFolder()
  const localAppData = process.env['LOCALAPPDATA']
  return {
    ...of.answers,
    folder: of.folder,
    ...(home === null ? {} : { home }),
    ...(localAppData ? { localAppData } : {}),
    ...(of.cards === null ? {} : { cards: String(of.cards) }),
  }
}

function missingWords(name: string): string {
  if (name === 'home') return 'This user has no home folder (HOME is not set), and it is needed here.'
  if (name === 'localAppData') return 'The folder for this user’s programs (LOCALAPPDATA) is not known, and it is needed here.'
  if (name === 'cards') return 'How many cards this machine has is not known yet. Wait until they are found, and try again.'
  if (name.startsWith('secret:')) return `The secret "${name.slice('secret:'.length)}" is not stored. Enter it in its step first.`
  return `"${name}" is not known yet. Enter it in its step first.`
}
