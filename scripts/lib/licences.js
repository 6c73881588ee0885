/** Licences of what a bundle carries, gathered into one text. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Node's own stands with its sources; its npm package brings none. MIT, 2026-11-23. */
const ofNode = `Node.js

Copyright Node.js contributors. All rights reserved.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

Node.js contains V8, ICU, OpenSSL, libuv, SQLite and others; their licences: https://github.com/nodejs/node/blob/main/LICENSE`

/** @param {string} root @param {Set<string>} folders of packages */
export function licenceTextsOf(root, folders) {
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort()
    const words = files.map((file) => readFileSync(join(folder, file), 'utf8').trim())
    return `${name} ${version} (${typeof license === 'string' ? license : 'see its text'})${words.map((one) => `\n\n${one}`).join('')}`
  })
  return `${[ofNode, ...texts.sort()].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
