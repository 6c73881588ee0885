/** Files and answers that hold more of a person or a company than of the cards: of them only what is needed is kept. Pure. */

const wholeCloudTags = /^(7783-7084-3265-9085-8269-3286-77|OracleCloud\.com|Amazon EC2|.*KubeVirt.*)$/i

/** What may be kept of a file. */
export function keepOfFile(path: string, text: string): string {
  if (path === '/proc/1/environ') return text.split('\0').filter((entry) => /^container=/.test(entry)).join('\0')
  if (path === '/proc/1/cgroup') return [...new Set(text.match(/kubepods|docker|libpod|lxc|containerd/g) ?? [])].map((word) => `0::/${word}/`).join('\n') || '0::/'
  if (path === '/run/.containerenv' || path === '/.dockerenv') return ''
  if (path === '/proc/version') return text.replace(/\([^()\s]+@[^()\s]+\)/, '(builder@host)')
  // The first processor stands for all; boards with ARM processors print their serial number after the last.
  if (path === '/proc/cpuinfo') return `${text.split(/\n\s*\n/)[0] ?? ''}\n`
  if (/\/dmi\/id\/chassis_asset_tag$/.test(path)) return wholeCloudTags.test(text.trim()) || text.trim() === '' ? text : '\n'
  return text
}

/** What may be kept of a command's answer. */
export function keepOfAnswer(command: string, text: string): string {
  // Who is logged in to which session: only whether this one is remote counts.
  if (/^qwinsta\b/.test(command)) return (/^>\S+/m.exec(text)?.[0] ?? '').replace(/^>(?!rdp-tcp|console|services).*/i, '>other')
  if (/^pmset\b/.test(command)) return text.replace(/\(id=\d+\)/g, '(id=0)')
  return text
}

/** "/home/anna/mine/bin/train --token x" → "train". Words that stand for "not told" stay. */
export function programName(words: string): string {
  const text = words.trim().replace(/^["']/, '')
  if (text === '' || /^\[|^n\/?a$|^-$|not (found|available)/i.test(text)) return text
  const windows = /^([a-z]:[\\/].*?\.exe)\b/i.exec(text)?.[1]
  return (windows ?? text.split(/\s/)[0] ?? '').replace(/^.*[\\/]/, '').replace(/["']/g, '')
}
