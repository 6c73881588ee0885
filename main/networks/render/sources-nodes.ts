/** Reads how many nodes there are and how many frames they have rendered so far. */
import { z } from 'zod'
import { plainNumber } from '../../../shared/outside-answers.ts'
import type { SourceDefinition } from '../network.ts'
import { fitted } from './sources-fit.ts'
import sources from './sources.json' with { type: 'json' }

export interface NodesAndFrames {
  /** null: the answer leaves it out. */
  nodes: number | null
  frames: number | null
}

/** Beyond these a number is a slip: the network counts thousands of nodes and below a thousand million frames. */
const mostNodes = 1e7
const mostFrames = 1e12
const counted = (most: number) => z.preprocess(plainNumber, z.number().int().min(0).max(most).nullish())
const answer = z
  .object({ nodes: counted(mostNodes), frames: counted(mostFrames) })
  .refine(({ nodes, frames }) => nodes != null || frames != null, 'neither "nodes" nor "frames" is there')

/** Raw answer → counts. Throws `MarketMisfit` naming the field. */
export function parseNodesAndFrames(raw: unknown): NodesAndFrames {
  const { nodes, frames } = fitted(answer, raw, [], 'nodes_and_frames')
  return { nodes: nodes ?? null, frames: frames ?? null }
}

export const nodesSource: SourceDefinition<NodesAndFrames> = {
  id: 'render/nodes',
  title: 'Render nodes and frames',
  what: 'how many nodes the Render Network has and what they rendered',
  hosts: ['stats.renderfoundation.com'],
  shelfLifeMs: 24 * 3_600_000,
  source: sources.nodesAndFrames,
  read: (request) => request({ method: 'GET', url: sources.nodesAndFrames.url, what: 'how many nodes the Render Network has and what they rendered' }),
  parse: parseNodesAndFrames,
}
