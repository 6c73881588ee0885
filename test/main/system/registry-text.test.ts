/** Unit: what `reg query` prints, read and made. */
import { describe, expect, it } from 'vitest'
import { readRegistryText, registryText } from '../../../main/system/registry-text.ts'

const registry = { 'HKLM\\SOFTWARE\\Microsoft\\DirectX': { Version: '4.09' }, 'HKLM\\SOFTWARE\\Microsoft\\DirectX\\{1}': { Description: 'NVIDIA RTX A4000 "x"', AdapterLuid: 4294967297 }, 'HKLM\\SOFTWARE\\Other': { A: 'b' } }

describe('the registry', () => {
  it('of a recording answers as reg does', () => {
    const text = registryText(registry, ['query', 'hklm\\software\\microsoft\\directx', '/s'])
    expect(readRegistryText(text ?? '')).toEqual([
      { path: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX', values: { Version: '4.09' } },
      { path: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{1}', values: { Description: 'NVIDIA RTX A4000 "x"', AdapterLuid: '4294967297' } },
    ])
    expect(readRegistryText(registryText(registry, ['query', 'HKLM\\SOFTWARE\\Microsoft\\DirectX']) ?? '')).toHaveLength(1)
    expect(registryText(registry, ['query', 'HKLM\\SOFTWARE\\Missing', '/s'])).toBeNull()
    expect(registryText(registry, ['add', 'HKLM\\SOFTWARE\\Other'])).toBeNull()
  })

  it('is read with values that have no content, blanks in their names, or come before any key', () => {
    const text = '    Orphan    REG_SZ    x\r\nHKEY_LOCAL_MACHINE\\A\r\n    Two Words    REG_SZ    a b  c\r\n    Empty    REG_SZ\r\n    Number    REG_DWORD    0x10de\r\n\r\nEnd of search: 1 match(es) found.\r\n'
    expect(readRegistryText(text)).toEqual([{ path: 'HKEY_LOCAL_MACHINE\\A', values: { 'Two Words': 'a b  c', Empty: '', Number: '4318' } }])
  })
})
