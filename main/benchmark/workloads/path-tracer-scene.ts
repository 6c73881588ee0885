/** The path tracer's scene, and the same path followed here in double precision: what the kernel must have found. Pure. */

export const imageEdge = 256
/** Rays of a path. */
export const bounces = 8

type Vector = readonly [number, number, number]
interface Sphere {
  centre: Vector
  radius: number
  colour: Vector
  kind: 'matt' | 'mirror' | 'glass'
}

const spheres: Sphere[] = [
  { centre: [-0.55, -0.62, 0.45], radius: 0.38, colour: [0.95, 0.95, 0.95], kind: 'mirror' },
  { centre: [0.5, -0.66, 0.1], radius: 0.34, colour: [0.98, 0.98, 0.98], kind: 'glass' },
  { centre: [0, -0.8, -0.25], radius: 0.2, colour: [0.8, 0.6, 0.2], kind: 'matt' },
  { centre: [-0.7, 0.35, 0.7], radius: 0.25, colour: [0.3, 0.6, 0.8], kind: 'matt' },
  { centre: [0.65, 0.3, 0.6], radius: 0.28, colour: [0.9, 0.8, 0.6], kind: 'mirror' },
  { centre: [0, 0.1, 0.75], radius: 0.22, colour: [0.7, 0.3, 0.5], kind: 'matt' },
  { centre: [-0.25, -0.88, 0], radius: 0.12, colour: [0.97, 0.97, 0.97], kind: 'glass' },
  { centre: [0.3, -0.9, -0.4], radius: 0.1, colour: [0.5, 0.8, 0.4], kind: 'matt' },
  { centre: [-0.5, -0.9, -0.3], radius: 0.1, colour: [0.8, 0.4, 0.3], kind: 'matt' },
  { centre: [-0.35, 0.55, 0.35], radius: 0.15, colour: [0.96, 0.96, 0.96], kind: 'glass' },
  { centre: [0.35, 0.6, 0.3], radius: 0.14, colour: [0.6, 0.7, 0.9], kind: 'matt' },
  { centre: [0.1, -0.45, 0.55], radius: 0.16, colour: [0.9, 0.7, 0.7], kind: 'mirror' },
  { centre: [0.8, -0.85, 0.6], radius: 0.15, colour: [0.4, 0.4, 0.8], kind: 'matt' },
  { centre: [-0.85, -0.2, 0.2], radius: 0.13, colour: [0.8, 0.8, 0.4], kind: 'matt' },
  { centre: [0.85, -0.15, 0.25], radius: 0.12, colour: [0.5, 0.5, 0.5], kind: 'matt' },
  { centre: [0, 0.8, 0.8], radius: 0.17, colour: [0.97, 0.97, 0.97], kind: 'glass' },
]
export const sphereCount = spheres.length

/** Left, right, floor, ceiling, near, far. */
const walls: Vector[] = [[0.75, 0.2, 0.2], [0.2, 0.65, 0.25], [0.75, 0.75, 0.75], [0.8, 0.8, 0.8], [0.7, 0.7, 0.75], [0.75, 0.75, 0.7]]

const kinds = ['matt', 'mirror', 'glass']
const lampEdge = 0.4
const lampLight = 6
const apart = 1e-4
const glass = 1.5

/** As the kernel's buffer has it. */
export function sceneNumbers(): Float32Array {
  return Float32Array.from([
    ...spheres.flatMap(({ centre, radius, colour, kind }) => [...centre, radius, ...colour, kinds.indexOf(kind)]),
    ...walls.flatMap((colour) => [...colour, 0]),
  ])
}

function scrambled(v: number): number {
  const word = Math.imul((v >>> ((v >>> 28) + 4)) ^ v, 277803737)
  return ((word >>> 22) ^ word) >>> 0
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
/** a + b * by. */
const plus = (a: Vector, b: Vector, by: number): Vector => [a[0] + b[0] * by, a[1] + b[1] * by, a[2] + b[2] * by]
const times = (a: Vector, b: Vector): Vector => [a[0] * b[0], a[1] * b[1], a[2] * b[2]]
const scaled = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by]
const unit = (a: Vector): Vector => scaled(a, 1 / Math.sqrt(dot(a, a)))

interface Hit {
  distance: number
  /** null: a wall. */
  sphere: Sphere | null
  wall: number
  wallNormal: Vector
}

function nearestHit(at: Vector, way: Vector): Hit {
  const toWall = [0, 1, 2].map((axis) => ((way[axis as 0] > 0 ? 1 : -1) - at[axis as 0]) / way[axis as 0])
  const [tx, ty, tz] = toWall as [number, number, number]
  const axis = tx <= ty && tx <= tz ? 0 : ty <= tz ? 1 : 2
  const isFar = way[axis] > 0
  const wallNormal = [0, 1, 2].map((one) => (one === axis ? (isFar ? -1 : 1) : 0)) as unknown as Vector
  let hit: Hit = { distance: Math.min(tx, ty, tz), sphere: null, wall: axis * 2 + (isFar ? 1 : 0), wallNormal }
  for (const sphere of spheres) {
    const to = plus(sphere.centre, at, -1)
    const along = dot(to, way)
    const within = along * along - dot(to, to) + sphere.radius ** 2
    if (within <= 0) continue
    const halfChord = Math.sqrt(within)
    const t = along - halfChord > apart ? along - halfChord : along + halfChord
    if (t > apart && t < hit.distance) hit = { ...hit, distance: t, sphere }
  }
  return hit
}

export interface Path {
  light: Vector
  /** Of the first hit. */
  depth: number
}

/** The path that work-item `item` follows as its sample number `sample`. */
export function followPath(item: number, sample: number): Path {
  let state = scrambled((Math.imul(item, 0x9e3779b1) + scrambled(sample)) | 0) | 0
  const drawn = (): number => {
    state = (Math.imul(state, 747796405) + 2891336453) | 0
    return (scrambled(state) >>> 8) / 2 ** 24
  }
  const pixel = item % (imageEdge * imageEdge)
  const across = ((pixel % imageEdge) + drawn()) * (2 / imageEdge) - 1
  const down = (Math.floor(pixel / imageEdge) + drawn()) * (2 / imageEdge) - 1
  let at: Vector = [0, 0, -0.98]
  let way = unit([across, -down, 1.2])
  let share: Vector = [1, 1, 1]
  let light: Vector = [0, 0, 0]
  let depth = 0

  for (let bounce = 0; bounce < bounces; bounce++) {
    const hit = nearestHit(at, way)
    at = plus(at, way, hit.distance)
    if (bounce === 0) depth = hit.distance
    const u = drawn()
    const v = drawn()
    if (hit.sphere === null && hit.wall === 3 && Math.abs(at[0]) < lampEdge && Math.abs(at[2]) < lampEdge) light = plus(light, share, lampLight)
    share = times(share, hit.sphere?.colour ?? (walls[hit.wall] as Vector))
    const normal = hit.sphere ? unit(plus(at, hit.sphere.centre, -1)) : hit.wallNormal
    ;({ at, way } = (hit.sphere?.kind ?? 'matt') === 'matt' ? scatter(at, normal, u, v) : reflectOrRefract(at, way, normal, hit.sphere?.kind === 'mirror', u))
  }
  return { light, depth }
}

interface Ray {
  at: Vector
  way: Vector
}

function scatter(at: Vector, normal: Vector, u: number, v: number): Ray {
  const z = 1 - 2 * u
  const around = Math.sqrt(Math.max(0, 1 - z * z))
  return { way: unit(plus(normal, [around * Math.cos(2 * Math.PI * v), around * Math.sin(2 * Math.PI * v), z], 0.999)), at: plus(at, normal, apart) }
}

function reflectOrRefract(at: Vector, way: Vector, normal: Vector, isMirror: boolean, u: number): Ray {
  const slant = dot(way, normal)
  const outward = slant < 0 ? normal : scaled(normal, -1)
  const cosine = Math.abs(slant)
  const ratio = slant < 0 ? 1 / glass : glass
  const squared = 1 - ratio * ratio * (1 - cosine * cosine)
  const headOn = ((1 - glass) / (1 + glass)) ** 2
  const grazing = 1 - (slant < 0 ? cosine : Math.sqrt(Math.max(0, squared)))
  if (isMirror || squared <= 0 || u < headOn + (1 - headOn) * grazing ** 5) return { way: unit(plus(way, outward, 2 * cosine)), at: plus(at, outward, apart) }
  return { way: unit(plus(scaled(way, ratio), outward, ratio * cosine - Math.sqrt(squared))), at: plus(at, outward, -apart) }
}
