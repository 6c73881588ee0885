/** What differs between networks lives in their folders: no network and no programme is named anywhere else in the code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { networks } from '../../main/networks/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Ordinary words that are also names count only where they are meant as the name: capitalised, or quoted as an id. */
const ordinary = new Set(['render', 'edge', 'worker', 'checker', 'provider', 'rendering', 'rendering node', 'compute node', 'cloud host'])

function namesOf(): string[] {
  const names = networks.flatMap((network) => [network.id, network.title, ...network.alsoKnownAs, ...network.tokens.filter((token) => token.length > 3), ...network.programmes.flatMap((programme) => [programme.id, programme.title])])
  return [...new Set(names.map((name) => name.trim()).filter((name) => name.length > 2))]
}

/** Places of a name in a text, as "line: text". */
export function mentions(text: string, name: string): string[] {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const isOrdinary = ordinary.has(name.toLowerCase())
  // "Render" inside a sentence or a string is the network; `render(`, "renders", "Rendering" and "renderer" are not.
  const pattern = isOrdinary ? quotedOrNamed(name) : new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'i')
  return text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${i + 1}: ${line.trim().slice(0, 120)}`] : []))
}

/** 'render' alone in quotes is an id; "Render network", "Render rendering node" and "Render's" are the name. */
function quotedOrNamed(name: string): RegExp {
  const lower = name.toLowerCase()
  if (lower !== 'render') return /(?!)/
  return /(?<![A-Za-z])(['"`])render\1(?!\s*\)?\s*=>)|\bRender (?:[Nn]etwork|rendering|compute|through|Token)\b|\bRender's\b|\bRENDER\b/
}

function codeFiles(folder: string, skip: (path: string) => boolean): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (skip(path) || entry.name === 'node_modules') return []
    if (entry.isDirectory()) return codeFiles(path, skip)
    return /\.(ts|tsx|js|cjs|mjs|json|html|css|yml)$/.test(entry.name) ? [path] : []
  })
}

/** The words that wallets make phrases of: one of them is a network's name by chance. */
const wordList = 'shared/seed-words.json'

const files = [
  ...['shared', 'main', 'renderer', 'scripts'].flatMap((folder) => codeFiles(folder, (path) => path === 'main/networks' || path === wordList)),
  'main/networks/network.ts',
  'package.json',
  'electron.vite.config.ts',
  'electron-builder.yml',
]

describe('networks are named in their folders alone', () => {
  test('there are names to look for, and files to look into', () => {
    expect(namesOf().length).toBeGreaterThan(networks.length * 2)
    expect(files.length).toBeGreaterThan(50)
  })

  test.each(namesOf())('%s', (name) => {
    const found = files.flatMap((file) => {
      try {
        return mentions(readFileSync(join(root, file), 'utf8'), name).map((place) => `${file}:${place}`)
      } catch {
        return []
      }
    })
    expect(found).toEqual([])
  })
})

describe('the search itself', () => {
  test('finds a name in a string, in a comment and in a path', () => {
    const id = networks[0]?.id ?? ''
    expect(mentions(`if (networkId === '${id}') pay()`, id)).toHaveLength(1)
    expect(mentions(`// only ${id.toUpperCase()} does this`, id)).toHaveLength(1)
    expect(mentions(`import x from './${id}/index.ts'`, id)).toHaveLength(1)
    expect(mentions(`const x${id}y = 1`, id)).toEqual([])
  })
  test('tells the network from the verb', () => {
    for (const innocent of ['root.render(<App />)', 'function render() {}', '// Renders one row', "import { x } from '../renderer/x.ts'", 'Rendering takes 5 ms', '// Render the table.']) {
      expect(mentions(innocent, 'render'), innocent).toEqual([])
    }
    for (const named of ["if (id === 'render') x()", '"Render network pays weekly"', 'paid in RENDER', "Render's tokens"]) expect(mentions(named, 'render'), named).toHaveLength(1)
  })
})
