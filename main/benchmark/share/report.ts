/** A page on runs that a buyer or a network can be shown: HTML without scripts, nothing loaded from elsewhere, a sheet of A4 for each run. */
import { createHash } from 'node:crypto'
import type { BenchmarkResult, Meaning } from '../../../shared/benchmark.ts'
import { reasonWords } from '../../../shared/throttle.ts'
import { durationText, escaped, momentText, shareText } from './figures.ts'
import { conditionsPart, figuresPart, memoryPart, powerPart, sustainedPart, usesPart } from './report-parts.ts'

export interface ReportedRun {
  /** As others may see it. */
  result: BenchmarkResult
  meaning: Meaning
  /** File it was imported from; null: of this machine. */
  importedFrom: string | null
  runId: string
}

/** Print is black on white; the page has no dark look. */
const style = `
*{box-sizing:border-box}
body{margin:0 auto;max-width:190mm;padding:6mm;font:9.5px/1.3 system-ui,"Segoe UI",Helvetica,Arial,sans-serif;color:#111;background:#fff}
article{break-after:page}article:last-of-type{break-after:auto}
article.roomy{font-size:11.5px}.roomy h2{font-size:14px;margin-top:12px}.roomy p,.roomy ul,.roomy dl{margin:4px 0}.roomy td,.roomy th{padding-top:2px;padding-bottom:2px}
h1{font-size:18px;margin:0}h2{font-size:11.5px;margin:6px 0 2px;border-bottom:1px solid #bbb}
p{margin:2px 0}ul{margin:2px 0;padding-left:14px}
table{border-collapse:collapse;width:100%}td,th{padding:0 6px 0 0;text-align:left;vertical-align:top}th{font-weight:600;color:#444;border-bottom:1px solid #ddd}
.n{text-align:right;font-variant-numeric:tabular-nums}td,th{overflow-wrap:anywhere}
.small{color:#444}.bad{color:#a40000}.mark{font-size:8.5px;font-weight:600;border:1px solid #777;border-radius:3px;padding:0 3px;color:#333}
dl{display:grid;grid-template-columns:repeat(3,1fr);gap:1px 10px;margin:2px 0}dl div{display:flex;gap:4px}dt{color:#444}dd{margin:0;overflow-wrap:anywhere}
svg{vertical-align:middle}.curve{width:100%;height:auto}.curve text{font-size:9px;fill:#444}
path{fill:none;stroke-width:1.2}.a{stroke:#111}.b{stroke:#b33a00}.c{stroke:#0a58a8}.d{stroke:#4b7a1a}
.band{fill:#d5d5d5}.bar{fill:#111}.drop{stroke:#a40000;stroke-dasharray:3 2}
footer{margin-top:8px;border-top:1px solid #bbb;padding-top:3px;color:#444}
@page{size:A4;margin:9mm}@media print{body{padding:0;max-width:none}tr,svg{break-inside:avoid}}
`

const verdicts: Record<BenchmarkResult['verdict'], string> = {
  'as-expected': 'As this model should do.',
  low: 'Less than this model should do.',
  unstable: 'The runs differ too much from each other.',
  unknown: 'Whether this is what the card should do is not known.',
}
const modes: Record<BenchmarkResult['mode'], string> = { quick: 'Quick run', full: 'Full run', sustained: 'Sustained run', memory: 'Memory test' }

/** `madeAt`: ms since epoch. */
export function reportPage(runs: readonly ReportedRun[], about: { madeAt: number; version: string }): string {
  const title = runs.length === 1 ? `${runs[0]?.result.gpuName ?? ''}: measured by Idlewatt` : `${runs.length} runs measured by Idlewatt`
  // Only this very style may apply, and nothing may run or load, whatever a run's texts hold.
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>
<body>${runs.map((run) => article(run, about)).join('\n')}</body></html>
`
}

function article({ result, meaning, importedFrom, runId }: ReportedRun, about: { madeAt: number; version: string }): string {
  const hasTest = Boolean(result.sustained) || Boolean(result.memory)
  // Nothing was measured, so there is nothing that the model should do.
  const isMemoryAlone = result.mode === 'memory' && result.results.length === 0
  // A few figures need not be as small as those of a full run, which fill the sheet.
  const isRoomy = result.results.length <= 6 && !(result.sustained && result.memory)
  return `<article${isRoomy ? ' class="roomy"' : ''}><header><h1>${escaped(result.gpuName)}</h1>
<p>${modes[result.mode]} of ${momentText(result.startedAt)}, ${durationText(result.endedAt - result.startedAt)}${importedFrom === null ? '' : `, imported from ${escaped(importedFrom)}`}.${isMemoryAlone ? '' : ` <b>${verdicts[result.verdict]}</b>`}</p></header>
${list(meaning.sentences)}${figuresSection(result, meaning)}
${result.sustained ? sustainedPart(result.sustained, isRoomy ? 240 : 0) : ''}${result.memory ? memoryPart(result.memory) : ''}
<h2>Conditions</h2>${powerPart(result)}${heldBack(result, meaning)}${conditionsPart(result)}
${remarks(result, meaning)}${usesPart(meaning.uses, hasTest ? 6 : 9)}
${footer(result, importedFrom, runId, about)}</article>`
}

function figuresSection(result: BenchmarkResult, meaning: Meaning): string {
  const part = figuresPart(result.results, meaning.standings)
  return part === '' ? '' : `<h2>Measured</h2>${part}`
}

function heldBack(result: BenchmarkResult, meaning: Meaning): string {
  if (result.sustained || meaning.heldBack.length === 0) return ''
  return `<p>Held back while working: ${escaped(meaning.heldBack.map((one) => `${reasonWords(one.reason)} for ${shareText(one.share)} of the time`).join(', '))}.</p>`
}

/** What limits the worth of the figures; the reasons of workloads stand in their rows. */
function remarks(result: BenchmarkResult, meaning: Meaning): string {
  const inRows = new Set(result.results.map((one) => one.reason))
  const all = [...new Set([...result.reasons.filter((one) => !inRows.has(one)), ...meaning.remarks])]
  if (all.length === 0) return ''
  const shown = all.slice(0, 8)
  return `<h2>Remarks</h2>${list(all.length > shown.length ? [...shown, `And ${all.length - shown.length} more.`] : shown)}`
}

function footer(result: BenchmarkResult, importedFrom: string | null, runId: string, about: { madeAt: number; version: string }): string {
  const observed = result.results.some((one) => one.neverObserved) ? ' “Not observed”: the code of that workload has never run on such a card of ours; its values were checked, its efficiency is not known.' : ''
  const figures = result.results.length === 0 ? '' : " Every figure is the median of repeated runs whose results were checked; the grey band is what the model should reach by its maker's facts."
  const trust = importedFrom === null ? '' : ' This run was imported: whoever gave it could have changed it.'
  const version = result.conditions ? `measured by Idlewatt ${escaped(result.conditions.idlewattVersion)}, kernels ${escaped(result.conditions.kernelSet)}` : 'measured by an earlier Idlewatt'
  return `<footer>Run ${escaped(runId)}, ${version}; page made ${momentText(about.madeAt)} by Idlewatt ${escaped(about.version)}.${figures}${observed}${trust}</footer>`
}

function list(sentences: readonly string[]): string {
  return sentences.length === 0 ? '' : `<ul>${sentences.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`
}
