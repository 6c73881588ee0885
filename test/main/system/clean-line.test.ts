/** Lines of logs made safe: terminal commands, tricks, length; and every kind of secret, without blackening ordinary words. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBlockCleaner } from '../../../main/provider/log-blocks.ts'
import { cleanLine, longestLine } from '../../../main/system/clean-line.ts'
import { secretForms } from '../../../main/system/remove-secrets.ts'

const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

describe('a line becomes plain text', () => {
  test.each<[string, string, string]>([
    ['colours', '\x1b[31;1mred\x1b[0m and \x1b[38;2;1;2;3mmore', 'red and more'],
    ['a title and a link', '\x1b]0;title\x07text \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'text link'],
    ['a title that never ends hides nothing', '\x1b]0;not hidden', '0;not hidden'],
    ['8-bit controls', '\x9b1mbold\x9d0;t\x07 end', 'bold end'],
    ['device control, cursor, charset', 'a\x1bP1$q\x1b\\b\x1b[2J\x1b[10;10Hc\x1b(Bd\x1b=e', 'abcde'],
    ['controls', 'a\0b\x08c\x7fd\x85e\tf', 'abcde\tf'],
    ['what was written over last is what a terminal shows', ' 10%\r 50%\r100%', '100%'],
    ['of Windows', 'a line\r', 'a line'],
    ['the reading order is not turned', 'evil\u202efdp.exe\u2066x\u2069', 'evilfdp.exex'],
    ['nothing unseen', 'a\u200bb\ufeffc\u{e0041}d\u00ade', 'abcde'],
    ['a line break of any kind', 'a\nb\u2028c', 'a b c'],
    ['half a letter', 'a\ud800b', 'a\ufffdb'],
    ['other letters stay', 'Überprüfung — 完了 ✅ é', 'Überprüfung — 完了 ✅ é'],
  ])('%s', (_what, raw, clean) => {
    expect(cleanLine(raw)).toBe(clean)
  })

  test('a long one is cut, and that is said', () => {
    const line = cleanLine(`start ${'blah '.repeat(200_000)}`)
    expect(line.length).toBeLessThanOrEqual(longestLine)
    expect(line).toMatch(/^start blah .* … \[the rest of this line of 1,001 kB was left out\]$/)
    expect(cleanLine('x'.repeat(longestLine))).toHaveLength(longestLine)
  })

  test('a token that the cut goes through is left out whole', () => {
    for (const at of [longestLine - 60, longestLine - 100, 64_000 - 20]) {
      const line = cleanLine(`${'w '.repeat(at / 2)}token=abcdefgh12345678 ${'w '.repeat(40_000)}`)
      expect(line).not.toMatch(/abcd/)
    }
  })

  test('nothing that a program can print gets past', () => {
    const odd = fc.string({ unit: fc.oneof(fc.constantFrom('\x1b', '\x1b[', '\x1b]', '\x07', '\x9b', '\r', '\0', '\u202e', '\u200b', ';', 'm', 'token=', '"', '[removed]', '://', ':', '@'), fc.string({ unit: 'binary', maxLength: 2 })), maxLength: 60 })
    fc.assert(
      fc.property(odd, (raw) => {
        const clean = cleanLine(raw)
        expect(clean).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]/)
        expect(clean.isWellFormed()).toBe(true)
        expect(cleanLine(clean)).toBe(clean)
      }),
      { numRuns: 1000 },
    )
  })

  test.each(['a', 'token', '\x1b]', '-', '1,', 'a1', '-----BEGIN PRIVATE KEY-----', '://a', 'a:', 'token ', 'token="', 'abandon ', 'eyJaaaaaaaa.', 'x-', 'pk_', ' -p a1', 'v1.a', 'token a1 ', '\x1b[1;', '\r', '"\\', '--token ', '?key='])('a line of 1 MB of %j takes no longer than others', (part) => {
    const at = performance.now()
    cleanLine(part.repeat(1e6 / part.length))
    expect(performance.now() - at).toBeLessThan(500)
  })
})

describe('secrets are removed', () => {
  test.each([
    ['token=HIDE12345', 'token=[removed]'],
    ['--token HIDE12345 --device 5', '--token [removed] --device 5'],
    ['{"access_token": "HIDE", "expires": 3600}', '{"access_token": "[removed]", "expires": 3600}'],
    ['{\\"token\\":\\"HIDE\\",\\"a\\":1}', '{\\"token\\":\\"[removed]\\",\\"a\\":1}'],
    ["password: 'HIDE me'", "password: '[removed]'"],
    ['DOCKER_PASSWORD=HIDE user=a', 'DOCKER_PASSWORD=[removed] user=a'],
    ['api-key: HIDE', 'api-key: [removed]'],
    ['Authorization: Bearer HIDE.abc', 'Authorization: [removed]'],
    ['sent Bearer HIDE12345abcdef to it', 'sent Bearer [removed] to it'],
    ['Use the following token as --token argument: v1.HIDEabcdefghij-klmnop', 'Use the following token as --token argument: [removed]'],
    ['To get a token open: https://sign.in.example/activate?user_code=ABCD-EFGH', 'To get a token open: https://sign.in.example/activate?user_code=ABCD-EFGH'],
    ['v1.MjAyHIDEabcdefghij_klmnop-qrstuvw', '[removed]'],
    ['use v1.HIDEabcdefghij-klmnop now', 'use [removed] now'],
    ['  v1.abcdefghij1234567890_x-y.HIDE/HIDE==  ', '  [removed]  '],
    ['signed in with token HIDEabcdef123456ghijkl', 'signed in with token [removed]'],
    ['docker login -u me -p HIDEhunter', 'docker login -u me -p [removed]'],
    ['mysql -u root -pHIDEhunter2', 'mysql -u root -p[removed]'],
    ['run it -p HIDEhunter2pass --now', 'run it -p [removed] --now'],
    ['Set-Cookie: sid=HIDE; Path=/', 'Set-Cookie: [removed]'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.HIDEc2lnbmF0dXJl end', 'got [removed] end'],
    ['keys pk_HIDE1234567 and sk_HIDE7654321', 'keys [removed] and [removed]'],
    ['https://user:HIDE@host/path', 'https://user:[removed]@host/path'],
    ['postgres://u:HI@DE:x@host/db', 'postgres://u:[removed]@host/db'],
    ['https://HIDEHIDEHIDEHIDE@host/x', 'https://[removed]@host/x'],
    ['GET /cb?code=HIDE&state=HIDE2&x=1', 'GET /cb?code=[removed]&state=[removed]&x=1'],
    ['ghp_HIDEabcdefghijklmnopqrstuvwxyz0123', '[removed]'],
    ['mnemonic: some words HIDE that are none', 'mnemonic: [removed]'],
    [`your phrase is ${phrase}!`, 'your phrase is [removed]!'],
    [`1. ${phrase.split(' ').join(' 2. ')}`, '1. [removed]'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----HIDE-----END OPENSSH PRIVATE KEY----- ok', '[removed] ok'],
    ['key L1aW4aubDFB7yfras2S1mN3bqg9nwySY8nkoLmJebSLD5BWv3ENZ', 'key [removed]'],
    [`wallet [${Array.from({ length: 64 }, (_, index) => index).join(', ')}]`, 'wallet [[removed]]'],
  ])('%s', (line, clean) => {
    expect(cleanLine(line)).toBe(clean)
    expect(cleanLine(clean)).toBe(clean)
    expect(clean).not.toContain('HIDE')
  })

  test('a number that may be a key or a transaction keeps enough to be told from others; a digest stays', () => {
    const hex = `0x${'a1b2c3d4'.repeat(8)}`
    expect(cleanLine(`from ${hex}`)).toBe('from 0xa1b2…c3d4')
    expect(cleanLine(`image x@sha256:${hex.slice(2)}`)).toBe(`image x@sha256:${hex.slice(2)}`)
  })

  test.each([
    'Token balance: 12 AKT, 5 tokens/s, max_tokens: 512',
    'device code authorization returned: Bad Request',
    'open https://example.io/activate?user_code=ABCD-EFGH in a browser',
    'refresh token: invalid_grant',
    'session started; monkey: banana; keyboard: us',
    'pwd=/root/io.net',
    'sudo -u me docker run -p 8080:80 -p 127.0.0.1:53:53/udp -v a:b image',
    'mkdir -p /var/lib/worker2024 && ssh -p 2222 host; find -print0',
    'version v1.2.3-rc.4, v1.some-long-lower-case-name, token authentication_failed_for_this',
    'token 0x8ac76a51cc950d9822d68b83fe1ad97b32cd580d has 18 decimals',
    'http://host:8080/a@b and ftp://host/x:y@z',
    'sk_buff_alloc failed; task_id 550e8400-e29b-41d4-a716-446655440000',
    'container 4c01db0b339c is up, sizes 1, 2, 3, 4, 5, 6, 7, 8',
    'job render ready to start next frame update network system state',
  ])('ordinary words stay: %s', (line) => {
    expect(cleanLine(line)).toBe(line)
  })

  test('what we keep for the programme goes in every form that programs print', () => {
    const secret = 'p"ss w/rd+ü'
    const forms = secretForms([secret, 'abc', '-----BEGIN X-----\nfirst line of it\nsecond line of it'])
    const base64 = Buffer.from(secret).toString('base64')
    for (const line of [secret, encodeURIComponent(secret), JSON.stringify(secret), base64, base64.replace(/=+$/, ''), 'first line of it'])
      expect(cleanLine(`before ${line} after`, forms)).toMatch(/^before "?\[removed\]=?=?"? after$/)
    expect(cleanLine('abc', forms)).toBe('abc')
  })

  test('a token cut up by colours is one all the same', () => {
    expect(cleanLine('\x1b[1mtoken\x1b[0m=\x1b[32mHIDE\x1b[0m1234')).toBe('token=[removed]')
    expect(cleanLine('abc\x1b[0m-sec\u200bret-x', secretForms(['abc-secret-x']))).toBe('[removed]')
  })
})

describe('what only several lines show', () => {
  test('a key from BEGIN to END', () => {
    const clean = createBlockCleaner()
    expect(['a', '-----BEGIN RSA PRIVATE KEY-----', 'MIIE', 'abcd', '-----END RSA PRIVATE KEY-----', 'b'].map((line) => clean(cleanLine(cleanLine(line))))).toEqual(['a', '-----BEGIN RSA PRIVATE KEY----- [removed]', '[removed]', '[removed]', '[removed]', 'b'])
  })
  test('a key that never ends hides a hundred lines and no more', () => {
    const clean = createBlockCleaner()
    const lines = ['-----BEGIN PRIVATE KEY-----', ...Array.from({ length: 200 }, (_, index) => `line ${index}`)].map(clean)
    expect(lines.filter((line) => line === '[removed]')).toHaveLength(100)
    expect(lines.at(-1)).toBe('line 199')
  })
  test.each([
    ['a word a line', phrase.split(' ')],
    ['numbered', phrase.split(' ').map((word, index) => `${index + 1}. ${word}`)],
    ['in columns', ['1. legal  2. winner 3. thank', '4. year 5. wave 6. sausage', '7. worth 8. useful 9. legal', '10. winner 11. thank 12. yellow']],
  ])('a phrase, %s', (_what, lines) => {
    const clean = createBlockCleaner()
    const left = lines.map(clean).join(' ').match(/[a-z]{3,}/g)?.filter((word) => word !== 'removed') ?? []
    expect(left.length).toBeLessThan(6)
    expect(clean('and on it goes')).toBe('and on it goes')
  })
  test.each([
    ['Use the following token as --token argument:', 'HIDEabc123def456ghi789jkl', '[removed]'],
    ['your new password:', '   "HIDEabcdefghijklMnopqrst"', '   "[removed]"'],
    ['The API key is', '--key=HIDEabc123def456ghi789jkl==', '--key=[removed]'],
  ])('%s and on the next line %s', (before, line, clean) => {
    const cleaner = createBlockCleaner()
    expect([before, line].map((one) => cleaner(cleanLine(one)))).toEqual([before, clean])
    const later = createBlockCleaner()
    expect([before, '', line, 'on it goes'].map((one) => later(cleanLine(one)))).toEqual([before, '', clean, 'on it goes'])
  })
  test('a long word alone is none where no secret was spoken of, or words stand with it', () => {
    const clean = createBlockCleaner()
    const lines = ['Pulling the image', 'abc123def456ghi789jkl', 'a token is needed', 'see https://sign.in.example/abc123def456', 'starting worker-abc123def456ghi789', 'and so on', 'abc123def456ghi789jkl']
    expect(lines.map(clean)).toEqual(lines)
  })
  test('single words are no phrase', () => {
    const clean = createBlockCleaner()
    const lines = ['ready', 'update', 'wait', 'Node is up.', 'ready', 'Current version: 3.0.0', 'Current version: 3.1.2', 'Current version: 2.0.6', 'Current version: 2.10.0']
    expect(lines.map(clean)).toEqual(lines)
  })
})
