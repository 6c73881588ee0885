/** Files and answers that hold more of a person or a company than of the cards: of them only what is needed is kept. Pure. */

const wholeCloudTags = /^(7783-7084-3265-9085-8269-3286-77|OracleCloud\.com|Amazon EC2|.*KubeVirt.*)$/i

/** What may be kept of a file. */
export function keepOfFile(path: string, text: string): string {
  if (path === '/proc/1/environ') return text.split('\0').filter((entry) => /^container=/.test(entry)).join('\0')
  if (path === '/proc/1/cgroup') return [...new Set(text.match(/kubepods|docker|libpod|lxc|containerd/g) ?? [])].map((word) => `0::/${word}/`).join('\n') || '0::/'
  if (path === '/run/.containerenv' || path === '/.dockerenv') return ''
  if (path === '/proc/version') return text.replace(/\([^()\s]+@[^()\s]+\)/, '(builder@host)').replace(/(?<=^Linux version )\S+/, publicKernel)
  if (path === '/proc/sys/kernel/osrelease') return text.replace(/^\S+/, publicKernel)
  // A program may give its graphics context a name of its own.
  if (/^\/proc\/\d+\/fdinfo\/\d+$/.test(path)) return text.replace(/^drm-client-name:.*\n?/gim, '')
  // The card's serial number once more, in decimal.
  if (/\/kfd\/topology\/nodes\/\d+\/properties$/.test(path)) return text.replace(/^unique_id .*\n?/gm, '')
  // The first processor stands for all; boards with ARM processors print their serial number after the last.
  if (path === '/proc/cpuinfo') return `${text.split(/\n\s*\n/)[0] ?? ''}\n`
  if (/\/dmi\/id\/chassis_asset_tag$/.test(path)) return wholeCloudTags.test(text.trim()) || text.trim() === '' ? text : '\n'
  return text
}

/** Who builds a kernel may call it what they like: parts that are numbers or a distribution's words stay. */
function publicKernel(release: string): string {
  return release
    .split('-')
    .filter((part) => /^\d|^(rc|arch|zen|fc|el|rt|pve|wsl)\d*$|^(microsoft|standard|generic|lowlatency|azure|aws|gcp|gke|oracle|kvm|cloud|default|lts|hardened|cachyos|liquorix|xanmod|tegra|raspi|linuxkit|amd64|arm64|x86_64|aarch64|nvidia|hwe|oem)$/i.test(part))
    .join('-')
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
