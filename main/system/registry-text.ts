/** What `reg query KEY /s` prints, as keys with their values. Pure. */

export interface RegistryKey {
  path: string
  /** Text as printed; numbers are printed as `0x…`, and are given here in decimal. */
  values: Record<string, string>
}

/** A key stands at the beginning of its line, its values are indented: "    AdapterLuid    REG_QWORD    0x12d1a". */
export function readRegistryText(text: string): RegistryKey[] {
  const keys: RegistryKey[] = []
  for (const line of text.split(/\r?\n/)) {
    if (/^HKEY_|^HK(LM|CU|U|CR|CC)\\/i.test(line)) {
      keys.push({ path: line.trim(), values: {} })
      continue
    }
    const value = /^\s+(.+?)\s+(REG_\w+)(?:\s+(.*))?$/.exec(line)
    const key = keys.at(-1)
    if (!value || !key) continue
    const [, name = '', type = '', content = ''] = value
    key.values[name] = /DWORD|QWORD/.test(type) && /^\s*0x[0-9a-f]+\s*$/i.test(content) ? String(BigInt(content.trim())) : content.trim()
  }
  return keys
}

/** What `reg query KEY [/s]` would print of a recording's registry: key → { value's name: text or number }. null: no such key. Pure. */
export function registryText(registry: Readonly<Record<string, unknown>>, args: readonly string[]): string | null {
  const [verb, asked, ...options] = args
  if (verb?.toLowerCase() !== 'query' || asked === undefined) return null
  const wanted = wholePath(asked).toLowerCase()
  const isDeep = options.some((option) => option.toLowerCase() === '/s')
  const keys = Object.entries(registry).filter(([path]) => {
    const whole = wholePath(path).toLowerCase()
    return whole === wanted || (isDeep && whole.startsWith(`${wanted}\\`))
  })
  if (keys.length === 0) return null
  return keys.map(([path, values]) => `\r\n${wholePath(path)}\r\n${valueLines(values)}`).join('')
}

function valueLines(values: unknown): string {
  if (typeof values !== 'object' || values === null) return ''
  return Object.entries(values)
    .map(([name, value]) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? `    ${name}    REG_QWORD    0x${value.toString(16)}\r\n` : `    ${name}    REG_SZ    ${String(value)}\r\n`))
    .join('')
}

function wholePath(path: string): string {
  return path.replaceAll('/', '\\').replace(/\\+/g, '\\').replace(/\\$/, '').replace(/^HKLM(?=\\|$)/i, 'HKEY_LOCAL_MACHINE').replace(/^HKCU(?=\\|$)/i, 'HKEY_CURRENT_USER')
}
