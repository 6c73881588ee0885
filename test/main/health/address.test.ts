/** Which addresses a channel may have. */
import { describe, expect, it } from 'vitest'
import { isNear, readAddress } from '../../../main/health/address.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'

describe('an address', () => {
  it.each(['http://127.0.0.1:8080/x', 'http://[::1]/x', 'http://localhost', 'http://10.1.2.3', 'http://172.31.0.1', 'http://192.168.1.5:81', 'http://[fd00::1]/', 'http://[fe80::1]/', 'http://[::ffff:192.168.0.1]/', 'http://nas/x', 'http://nas.local', 'http://100.100.1.1', 'https://hooks.example.org/x'])('may be %s', (text) => {
    expect(readAddress(text, 'a webhook').href).toContain(new URL(text).host)
  })
  it.each(['http://example.org/T0KEN', 'http://172.32.0.1', 'http://8.8.8.8', 'http://[2001:db8::1]/', 'http://[::ffff:8.8.8.8]/', 'ftp://nas/x', 'file:///etc/passwd', 'javascript:alert(1)', 'not an address T0KEN', '', 'https://'])('may not be %s, and is not repeated', (text) => {
    expect(() => readAddress(text, 'a webhook')).toThrow(NotPossible)
    try {
      readAddress(text, 'a webhook')
    } catch (error) {
      expect((error as Error).message).not.toContain('T0KEN')
    }
  })
  it('of IPv4 written as one number is judged as what it is', () => {
    expect(isNear(new URL('http://2130706433').hostname)).toBe(true)
    expect(isNear(new URL('http://134744072').hostname)).toBe(false)
  })
})
