/** The texts at the root of a bundle: what starts it, and what a person reads first. Pure. */

/** Where each kind of machine keeps the loader that starts programs for glibc. */
const loaders = { x64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' }

/** @param {string} platform @param {string} arch @returns {{ name: string, content: string }[]} */
export function launcherFor(platform, arch) {
  if (platform === 'win32') return [{ name: 'idlewatt.cmd', content: ['@echo off', '"%~dp0bin\\node.exe" "%~dp0app\\out\\main\\idlewatt.js" %*', ''].join('\r\n') }]
  return [{ name: 'idlewatt', content: shellLauncher(platform === 'linux' ? (loaders[arch] ?? null) : null) }]
}

/** Knows its own place through any chain of links, and becomes the program: no shell stays behind. */
function shellLauncher(loader) {
  const loaderCheck =
    loader === null
      ? ''
      : `if [ ! -e ${loader} ]; then
  echo "Idlewatt: this bundle needs glibc 2.28 or newer (Debian 10, Ubuntu 18.10, RHEL 8 and later); there is no ${loader} here." >&2
  exit 1
fi
`
  return `#!/bin/sh
# Starts Idlewatt from wherever this folder lies; nothing needs to be installed.
self=$0
case $self in
  */*) ;;
  *) self=$(command -v -- "$self") ;;
esac
while [ -h "$self" ]; do
  target=$(PATH=$PATH:/usr/bin:/bin; readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=\${self%/*}/$target ;;
  esac
done
here=$(cd -P "\${self%/*}" && pwd) || exit 1
if [ ! -x "$here/bin/node" ]; then
  echo "Idlewatt: $here/bin/node is missing or may not be run. Unpack the archive again, with tar." >&2
  exit 1
fi
${loaderCheck}exec "$here/bin/node" "$here/app/out/main/idlewatt.js" "$@"
`
}

/** @param {{ version: string, platform: string }} made */
export function readmeFor({ version, platform }) {
  const call = platform === 'win32' ? 'idlewatt.cmd' : './idlewatt'
  return `Idlewatt ${version}: the command line, with all that it needs.

Nothing is installed and nothing outside this folder is changed, but for results and settings in your own
data folder (--data DIR keeps them elsewhere). To remove it, delete the folder.

  ${call} detect                        the GPUs of this machine, and what is wrong with them
  ${call} bench                         compute and bandwidth, 15 s a card
  ${call} bench --mode full --json      everything, about 3 minutes a card, as one JSON document
  ${call} doctor                        what is missing here, and what mends it
  ${call} serve                         the app in a browser
  ${call} --help                        every command

A graphics driver is needed to see a GPU; Idlewatt brings none. ${platform === 'linux' ? 'The system must have glibc 2.28 and libstdc++, as nearly all do.\n' : ''}
LICENSE is Idlewatt's; THIRD-PARTY.txt holds those of Node.js and of every library in here.
`
}
