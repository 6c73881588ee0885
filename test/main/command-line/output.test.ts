/** Tables fit 100 columns and lose nothing; unknown is drawn as unknown. */
import { describe, expect, test } from 'vitest'
import { bullet, drawTable, memoryText, money, percentText, widest, wrap } from '../../../main/command-line/output.ts'

const columns = [{ head: 'Programme', flexible: true }, { head: 'Low', align: 'right' as const }, { head: 'Why', flexible: true }]

describe('tables', () => {
  test('a wide table is broken into lines, and every word is still there', () => {
    const why = 'The network publishes no rule for what it pays, so that only a band can be given, and it is a wide one. '.repeat(3).trim()
    const text = drawTable(columns, [['A programme with a long name that goes on and on', '-1.25', why], ['B', '', '']])
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(widest)
    const words = text.split(/[\s─]+/)
    for (const word of [...why.split(' '), 'Programme', 'Low', 'B', '-1.25']) expect(words).toContain(word)
  })
  test('a small table is as wide as it must be', () => {
    expect(drawTable(columns, [['A', '1.00', 'x']]).split('\n')).toEqual(['Programme   Low  Why', '─'.repeat(20), 'A          1.00  x'])
  })
  test('a long id without spaces does not lose its end', () => {
    const id = `pci:0000:01:00.0:${'f'.repeat(120)}`
    expect(drawTable([{ head: 'Id', flexible: true }], [[id]]).replace(/[\s─]/g, '')).toContain(id)
  })
  test('a column of several lines stays in its row', () => {
    const lines = drawTable([{ head: 'Card' }, { head: 'Memory' }], [['GeForce\nGPU-1', '24 GiB']]).split('\n')
    expect(lines.slice(2)).toEqual(['GeForce  24 GiB', 'GPU-1'])
  })
})

describe('words and figures', () => {
  test('sentences are broken at 100 columns', () => {
    const text = bullet('word '.repeat(60).trim())
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(widest)
    expect(text.startsWith('- word')).toBe(true)
    expect(text.split('\n')[1]).toMatch(/^ {2}word/)
    expect(wrap('short')).toBe('short')
  })
  test('money, bands, shares and memory', () => {
    expect([money(1.4796), money(-0.001), money(null), money(-2)]).toEqual(['1.48', '0.00', '–', '-2.00'])
    expect([percentText(0.0113, 2), percentText(0.5), percentText(null)]).toEqual(['1.13 %', '50 %', '–'])
    expect([memoryText(24 * 2 ** 30), memoryText(512 * 2 ** 20), memoryText(null), memoryText(0)]).toEqual(['24 GiB', '512 MiB', '–', '0 MiB'])
  })
})
