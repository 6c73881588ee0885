/** Templates: filled once, never left empty, never by what is not theirs. */
import { expect, it } from 'vitest'
import { fillTemplate, namesIn, templateValues } from '../../../main/system/fill-template.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'

it('fills what is known and leaves other braces alone', () => {
  expect(fillTemplate('{folder}/files/{name}', { folder: '/data/x', name: 'rig' })).toBe('/data/x/files/rig')
  expect(fillTemplate('{"a": {1}, "b": {}}', {})).toBe('{"a": {1}, "b": {}}')
})

it('does not fill again what a value holds', () => {
  expect(fillTemplate('{a}', { a: '{secret:b}', 'secret:b': 'hidden' })).toBe('{secret:b}')
})

it.each([
  ['{name}', '"name" is not known yet'],
  ['{secret:token}', 'The secret "token" is not stored'],
  ['{cards}', 'How many cards'],
  ['{home}', 'no home folder'],
  ['{constructor}', '"constructor" is not known yet'],
])('refuses %s by name', (text, words) => {
  expect(() => fillTemplate(text, {})).toThrow(words)
  expect(() => fillTemplate(text, {})).toThrow(NotPossible)
})

it('takes an empty value for none', () => {
  expect(() => fillTemplate('--name={name}', { name: '' })).toThrow('"name"')
})

it('lets no answer stand in for a folder', () => {
  const values = templateValues({ answers: { folder: '/', home: '/', name: 'rig' }, folder: '/data/x', cards: 2 })
  expect(values).toMatchObject({ folder: '/data/x', cards: '2', name: 'rig' })
  expect(values['home']).not.toBe('/')
  expect(namesIn('{a} {secret:b} {a}')).toEqual(['a', 'secret:b'])
})
