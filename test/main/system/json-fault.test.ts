/** A file that is no JSON is told by place, never by its content. */
import { describe, expect, test } from 'vitest'
import { jsonFault } from '../../../main/system/json-fault.ts'

function faultOf(text: string): string {
  try {
    JSON.parse(text)
  } catch (error) {
    return jsonFault(error, text)
  }
  throw new Error('this is JSON')
}

describe('what is wrong with a JSON text', () => {
  test('is told by line and character', () => expect(faultOf('{\n  "a": 1,\n  b: 2\n}')).toBe('it goes wrong in line 3, character 3'))
  test('a file cut in half ends too early', () => {
    expect(faultOf('{"a": [1, 2')).toContain('before it is complete')
    expect(faultOf('{"a": "b')).toContain('before it is complete')
  })
  test('what JSON does not know is named, wherever it stands', () => {
    expect(faultOf('{"a": 1,\n "b": NaN}')).toBe('it has NaN in line 2, character 7, which JSON does not know')
    expect(faultOf('[1, -Infinity]')).toContain('Infinity in line 1, character')
    expect(faultOf('{"a": {"b": [true, fals]}}')).toMatch(/^it goes wrong in line 1, character \d+$/)
    expect(faultOf('ledger')).toBe('it does not begin as JSON does')
  })
  test('never repeats the text, which may be a secret pasted by mistake', () => {
    for (const text of ['witch collapse practice feed', 'root:x:0:0:root', '{"a": secretword}', '[1, 2,, "secretword"]']) {
      expect(faultOf(text)).not.toMatch(/witch|root|secretword/)
    }
  })
})
