/** A pasted seed phrase or private key is recognised, and what people do type is not taken for one. */
import { describe, expect, test } from 'vitest'
import { holdsSecret, looksLikeSecret } from '../../shared/secrets.ts'

const words = 'abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual'.split(' ')

describe('what is refused', () => {
  test.each([12, 15, 18, 21, 24])('a phrase of %i words, as one text or unquoted', (length) => {
    const phrase = words.slice(0, length)
    expect(looksLikeSecret(phrase.join(' '))).toBe(true)
    expect(looksLikeSecret(`  ${phrase.join('  ')}\n`)).toBe(true)
    expect(holdsSecret(['estimate', '--gpu-model', phrase.join(' ')])).toBe(true)
    expect(holdsSecret(['estimate', '--gpu-model', ...phrase])).toBe(true)
  })
  test.each([
    ['in capitals', words.slice(0, 12).join(' ').toUpperCase()],
    ['with capitals in front', words.slice(0, 12).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(', ')],
    ['numbered as wallets show it', words.slice(0, 24).map((word, i) => `${i + 1}. ${word}`).join('\n')],
    ['numbered without a space', words.slice(0, 12).map((word, i) => `${i + 1})${word}`).join(' ')],
    ['with a full stop', `${words.slice(0, 12).join(' ')}.`],
    ['in quotes', `"${words.slice(0, 12).join(' ')}"`],
    ['in curly quotes', `“${words.slice(0, 15).join(' ')}”`],
    ['joined by dashes', words.slice(0, 12).join('-')],
    ['behind a word', `backup ${words.slice(0, 12).join(' ')}`],
    ['in the midst of a sentence', `my words are ${words.slice(0, 12).join(' ')} and nobody may know`],
    ['with one word twice', `${words.slice(0, 12).join(' ')} ${words[3]}`],
    ['a key cut in two', '0xe9873d79c6d87dc0fb6a5778633389f4 453213303da61f20bd67fc233aa33262'],
    ['a key file in bytes', JSON.stringify(Array.from({ length: 64 }, (_, i) => (i * 37) % 256))],
  ])('a phrase %s', (_how, text) => {
    expect(looksLikeSecret(text)).toBe(true)
  })
  test.each([
    ['64 hexadecimal digits', 'e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262'],
    ['the same with 0x', '0xE9873D79C6D87DC0FB6A5778633389F4453213303DA61F20BD67FC233AA33262'],
    ['behind a flag', '--data=e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262'],
    ['88 base58 characters', '5MaiiCavjCmn9Hs1o3eznqDEhRwxo7pXiAYez7keQUviUkauRiTMD8DrESdrNjN8zd9mTmVhRvBJeg5vhyvgrAhG'],
    ['a Bitcoin import key', '5Kb8kLf9zgWQnogidDA76MzPL6TsZZY36hWXMssSzNydYXYB9KF'],
    ['a key file', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn'],
  ])('%s', (_what, text) => expect(holdsSecret(['estimate', text])).toBe(true))
})

describe('what is not', () => {
  test.each([
    [['estimate', '--gpu-model', 'NVIDIA GeForce RTX 4090', '--market', 'one=/data/prices.json']],
    [['detect', '--gpu', 'GPU-5c1f2d3e-1a2b-3c4d-5e6f-7a8b9c0d1e2f']],
    [['detect', '--machine', 'test/machines/two-rtx-3090', '--json']],
    [['detect', '--data', '/var/lib/docker/overlay2/e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262/merged']],
    [['a', 'short', 'row', 'of', 'words']],
    [['bench', 'report', ...Array.from({ length: 15 }, () => 'latest')]],
  ])('%j', (texts) => expect(holdsSecret(texts)).toBe(false))
  test('numbers in a row, and a hash beside others', () => {
    expect(looksLikeSecret('12345678 12345678 12345678 12345678 12345678 12345678 12345678 12345678')).toBe(false)
    expect(looksLikeSecret('commit 5c1f2d3e 9abc0def')).toBe(false)
  })
  test('a sentence', () => expect(looksLikeSecret('The card is too hot, and its fan does not turn; clean it, then look again at the page.')).toBe(false))
  test('a sentence of short words only', () => expect(looksLikeSecret('please estimate what this graphics card would earn when running every night')).toBe(false))
  test('addresses, which are public', () => {
    for (const address of ['7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU', '0x71C7656EC7ab88b098defB751B7401B5f6d8976F', 'akash1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu']) expect(looksLikeSecret(address), address).toBe(false)
  })
  test('ordinary field values', () => {
    for (const text of ['', '0.15', 'EUR', 'GeForce RTX 4090 Laptop GPU', 'GPU-1'.repeat(20)]) expect(looksLikeSecret(text), text).toBe(false)
  })
})
