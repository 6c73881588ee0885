/** Reads as much of the call's words as start.js must know before the app runs. Pure. */

const valueFlags = new Set(['--machine', '--data', '--port', '--gpu', '--network', '--market', '--price'])

/**
 * Which door a call asks for. The desktop takes `--machine DIR`, `--data DIR`, and the `--no-open` and `--port N` that
 * serve instead where no window can be had; everything else is the command line's to judge.
 * @param {string[]} words
 * @returns {'desktop' | 'command-line'}
 */
export function doorFor(words) {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--no-open') continue
    const [flag = '', value] = word.split('=', 2)
    if (!['--machine', '--data', '--port'].includes(flag)) return 'command-line'
    if (value === undefined && words[++i] === undefined) return 'command-line'
  }
  return 'desktop'
}

/** What of those words the desktop app itself takes. */
export function desktopWords(words) {
  const kept = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const flag = word.split('=', 1)[0] ?? ''
    const takesNext = valueFlags.has(flag) && !word.includes('=')
    if (flag === '--machine' || flag === '--data') kept.push(word, ...(takesNext ? [words[i + 1] ?? ''] : []))
    if (takesNext) i++
  }
  return kept
}
