/** A real OctaneBench score of a card: the one that is known, and the way to bring one in. */
import { useState } from 'react'
import { Moment } from '../../components/Moment.tsx'
import { formatPlain } from '../../format/numbers.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { TextImport } from '../../components/TextImport.tsx'

export function OctaneForm({ gpuId, title }: { gpuId: string; title: string }) {
  const ask = useAsk()
  const { octaneScores } = usePart('benchmark')
  const score = octaneScores[gpuId] ?? null
  const [said, setSaid] = useState<string | null>(null)

  async function bring(text: string, from: string): Promise<string | null> {
    const reply = await ask('benchmark.import-octane', { gpuId, text, from })
    setSaid(reply.ok ? `A score of ${formatPlain(reply.value.score)} was taken over.` : null)
    return reply.ok ? null : reply.failure.message
  }

  return (
    <details className="folded">
      <summary>OctaneBench{score ? `: ${formatPlain(score.score)}` : ': no score imported'}</summary>
      <p className="small">
        {score ? (
          <>
            OctaneBench {score.version ?? 'of an unknown version'} gave {title} {formatPlain(score.score)}, {score.measuredAt === null ? 'on a day its log does not name' : <>on <Moment at={score.measuredAt} /></>}; imported from {score.from === 'pasted' ? 'pasted text' : score.from}. It takes the place of the inferred score.{score.remark ? ` ${score.remark}` : ''}
          </>
        ) : (
          'Rendering is paid by OctaneBench points. Without a real score they are inferred from the figures above, with a wide band. A score from OctaneBench’s own log, or from the log of a rendering client, makes it narrow.'
        )}
      </p>
      <TextImport label={`OctaneBench log for ${title}`} accept=".txt,.log,.json,.csv" button="Take the score over" onImport={bring} />
      <p role="status" className="small import-said">
        {said ?? ''}
      </p>
    </details>
  )
}
