/** `node scripts/draw-tray.js`: draws the pictures of the tray anew, resources/tray/*.png. Each state has a shape of its own, so that none is told by its colour alone. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync, crc32 } from 'node:zlib'
import { root } from './lib/paths.js'

/** The drawing's own units; a picture has 16 or 32 dots of them. */
const grid = 32
/** Looks inside one dot, each way. */
const looks = 8

/** Distance to the outline of a box with round corners, negative inside. */
function box(x, y, { left, top, right, bottom, round }) {
  const dx = Math.max(left + round - x, x - (right - round), 0)
  const dy = Math.max(top + round - y, y - (bottom - round), 0)
  return dx === 0 && dy === 0 ? Math.max(left - x, x - right, top - y, y - bottom) : Math.hypot(dx, dy) - round
}
/** Inside a triangle, corner after corner. */
function isInTriangle(x, y, corners) {
  const sides = corners.map(([ax, ay], index) => {
    const [bx, by] = corners[(index + 1) % 3]
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)
  })
  return sides.every((side) => side >= 0) || sides.every((side) => side <= 0)
}
const isIn = (x, y, left, top, right, bottom) => x >= left && x <= right && y >= top && y <= bottom

// Even figures are whole dots of the small picture.
const body = { left: 4, top: 4, right: 28, bottom: 28, round: 4 }
/** A chip: two legs on each side. */
const legs = [10, 20].flatMap((at) => [[at, 0, at + 2, 4], [at, 28, at + 2, 32], [0, at, 4, at + 2], [28, at, 32, at + 2]])
const isLeg = (x, y) => legs.some((one) => isIn(x, y, ...one))
const isFrame = (x, y) => box(x, y, body) <= 0 && box(x, y, body) >= -3
const isBody = (x, y) => box(x, y, body) <= 0

const shapes = {
  idle: (x, y) => isLeg(x, y) || isFrame(x, y),
  earning: (x, y) => isLeg(x, y) || (isBody(x, y) && !isInTriangle(x, y, [[12, 9.5], [23, 16], [12, 22.5]])),
  paused: (x, y) => isLeg(x, y) || isFrame(x, y) || isIn(x, y, 10, 10, 14, 22) || isIn(x, y, 18, 10, 22, 22),
  attention: (x, y) => isInTriangle(x, y, [[16, 1], [31.5, 30], [0.5, 30]]) && !isIn(x, y, 14, 10, 18, 20) && !isIn(x, y, 14, 22, 18, 26),
}
/** `template`: macOS colours it itself. The others are named after the bar they are for. */
const colours = {
  template: { idle: [0, 0, 0], earning: [0, 0, 0], paused: [0, 0, 0], attention: [0, 0, 0] },
  dark: { idle: [225, 228, 232], earning: [118, 214, 140], paused: [240, 200, 100], attention: [255, 138, 122] },
  light: { idle: [60, 66, 74], earning: [22, 110, 52], paused: [138, 90, 0], attention: [180, 35, 24] },
}

export const pictures = Object.keys(colours).flatMap((tone) => Object.keys(shapes).flatMap((state) => [16, 32].map((size) => ({ file: `${state}-${tone}-${size}.png`, state, tone, size }))))

/** Red, green, blue and cover of each dot, row by row. */
export function dotsOf({ state, tone, size }) {
  const isInside = shapes[state]
  const [red, green, blue] = colours[tone][state]
  const dots = Buffer.alloc(size * size * 4)
  const step = grid / size
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let hits = 0
      for (let look = 0; look < looks * looks; look++) {
        const x = (column + ((look % looks) + 0.5) / looks) * step
        const y = (row + (Math.floor(look / looks) + 0.5) / looks) * step
        if (isInside(x, y)) hits += 1
      }
      dots.set([red, green, blue, Math.round((255 * hits) / (looks * looks))], (row * size + column) * 4)
    }
  }
  return dots
}

/** As PNG has it (W3C, Portable Network Graphics, third edition): eight bits each of red, green, blue and cover. */
function pngOf(picture) {
  const { size } = picture
  const dots = dotsOf(picture)
  const rows = Buffer.concat(Array.from({ length: size }, (_, row) => Buffer.concat([Buffer.from([0]), dots.subarray(row * size * 4, (row + 1) * size * 4)])))
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}

function chunk(name, data) {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

if (process.argv[1] && /draw-tray\.js$/.test(process.argv[1])) {
  for (const picture of pictures) writeFileSync(join(root, 'resources', 'tray', picture.file), pngOf(picture))
}
