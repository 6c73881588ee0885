/** What a bundle for one machine holds: the built command line with all that it loads, found by following its imports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { licenceTextsOf } from './licences.js'
import { launcherFor, readmeFor } from './launcher.js'
import { root } from './paths.js'

/** @typedef {import('./archive.js').Entry} Entry */

/** Programs of their own: the command line, and the workers that it starts by their files. */
const entryFiles = ['idlewatt.js', 'probe-worker.js', 'bench-worker.js']
/** What a package needs to run; sources, types, maps, documents and copies for browsers (`.bc.js`) stay behind. */
const codeFiles = /(?<!\.bc)\.(js|cjs|mjs|json|node)$|^licen[cs]e/i

/**
 * @param {{ node: Buffer, platform: string, arch: string, folder: string }} made `folder`: the one name at the archive's root
 * @returns {Entry[]}
 */
export function bundleEntries({ node, platform, arch, folder }) {
  const { version, license, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const built = builtFiles()
  const packages = packagesOf(namedIn(built, Object.keys(dependencies)), platform)
  // They are inside the page already: here only for their licences.
  const pagePackages = packagesOf(namedIn(filesUnder('renderer').filter((file) => /\.tsx?$/.test(file)), Object.keys({ ...dependencies, ...devDependencies })), platform)
  const text = (name, content, isProgram = false) => ({ name, content: Buffer.from(content), isProgram })
  const copy = (file) => ({ name: `app/${posixOf(file)}`, content: readFileSync(join(root, file)), isProgram: false })
  const entries = [
    { name: platform === 'win32' ? 'bin/node.exe' : 'bin/node', content: node, isProgram: true },
    ...launcherFor(platform, arch).map(({ name, content }) => text(name, content, true)),
    text('README.txt', readmeFor({ version, platform })),
    text('LICENSE', readFileSync(join(root, 'LICENSE'))),
    text('THIRD-PARTY.txt', licenceTextsOf(root, new Set([...packages, ...pagePackages]))),
    text('app/package.json', `${JSON.stringify({ name: 'idlewatt', version, license, private: true, type: 'module' }, null, 2)}\n`),
    ...[...built, ...filesUnder('out/renderer'), ...filesUnder('resources').filter(isResource), ...packages.flatMap((one) => filesOf(one, platform))].map(copy),
  ]
  return entries.map((entry) => ({ ...entry, name: `${folder}/${entry.name}` }))
}

/** As in the installers: tables and kernels, no pictures and no documents. */
function isResource(file) {
  return !posixOf(file).startsWith('resources/pictures/') && !file.endsWith('.md')
}

/** The entries and every chunk that one of them may load. */
function builtFiles() {
  const found = new Set()
  const waiting = entryFiles.map((name) => `out/main/${name}`)
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue
    found.add(file)
    for (const [, name] of readFileSync(join(root, file), 'utf8').matchAll(/["'](\.{1,2}\/[^"'\s]+\.js)["']/g)) {
      const target = posix.join(posix.dirname(file), name ?? '')
      if (existsSync(join(root, target))) waiting.push(target)
    }
  }
  return [...found]
}

/** Which of these packages are named in the files, however they are loaded: `import`, `require`, `createRequire(…)(…)`. */
function namedIn(files, names) {
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'))
  return names.filter((name) => texts.some((text) => [`"${name}"`, `'${name}'`, `"${name}/`, `'${name}/`].some((words) => text.includes(words))))
}

/** Folders of these packages, with all that they need in turn. */
function packagesOf(names, platform) {
  const found = new Set()
  const waiting = names.flatMap((name) => folderOf(name, root) ?? [])
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder)) continue
    found.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const needed = folderOf(name, folder)
      if (needed === null && !(name in optionalDependencies)) throw new Error(`${posixOf(relative(root, folder))} needs ${name}, which is not installed.`)
      if (needed !== null && isFor(needed, platform)) waiting.push(needed)
    }
  }
  return [...found].sort()
}

/** As Node looks for it from `from` upwards; null: not installed. */
function folderOf(name, from) {
  for (let at = from; at.startsWith(root); at = dirname(at)) {
    const folder = join(at, 'node_modules', name)
    if (existsSync(join(folder, 'package.json'))) return folder
  }
  return null
}

function isFor(folder, platform) {
  const { os } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return !Array.isArray(os) || os.includes(platform)
}

/** A package's own files; packages within it are named by themselves where they are needed. */
function filesOf(folder, platform) {
  return filesUnder(posixOf(relative(root, folder)), (name) => name === 'node_modules' || (platform === 'linux' && name.startsWith('musl_'))).filter((file) => codeFiles.test(posix.basename(file)))
}

function filesUnder(folder, isLeftOut = () => false) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (isLeftOut(entry.name)) return []
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesUnder(path, isLeftOut) : entry.isFile() ? [path] : []
  })
}

function posixOf(path) {
  return path.split(sep).join('/')
}
