/** The OctaneBench score of a card: cited, else inferred from its single-precision speed with a band, and marked. */
import type { EstimateInput, Scenarios } from '../../../shared/earnings.ts'
import type { EstimateSubject } from '../network.ts'
import { isNamed } from './card-names.ts'
import data from './octanebench.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

export interface Score {
  octaneBench: Scenarios
  /** How it came about, for the reader. */
  how: 'imported' | 'cited' | 'measured' | 'board-facts'
  sentence: string
  inputs: EstimateInput[]
}

/** Runs of OctaneBench on one card differ by little (heat, driver). */
const bandWhenImported = 0.03
/** Half width of the band around a score inferred from our own compute result, and from board facts alone. */
const bandWhenMeasured = 0.35
const bandFromBoardFacts = 0.5
/** A community rule: tier 3 up to and including this score, which earns half per hour. */
export const tier3UpTo = 300

const officialTable = { url: 'https://render.otoy.com/octanebench', date: null, note: 'the official table; only the scores named in octanebench.json could be cited' }

/** Geometric mean of score ÷ board TFLOPS over the cited, comparable scores: about 22 points a TFLOPS. */
export function scorePerTflops(): number {
  const ratios = data.rows.filter((row) => row.comparable).map((row) => Math.log(row.score / row.fp32Tflops))
  return Math.exp(ratios.reduce((sum, each) => sum + each, 0) / ratios.length)
}

export function tierFactor(score: number): number {
  return score > tier3UpTo ? 1 : 0.5
}

/** null with the reason where no score can be defended. */
export function scoreOf(subject: EstimateSubject<unknown>): Score | { octaneBench: null; sentence: string } {
  const { card } = subject
  if (card.vendor !== 'nvidia') return { octaneBench: null, sentence: 'Octane renders on NVIDIA cards alone, so this card has no OctaneBench score.' }
  const imported = subject.octaneScore
  if (imported && isSpeed(imported.input.value) && isComparable(imported.version)) return importedScore(imported.input, imported.input.value)
  const cited = data.rows.find((row) => row.comparable && isNamed(card, row.names))
  if (cited) return citedScore(cited)
  const measured = subject.measured('fp32-compute')
  if (measured && isSpeed(measured.value)) return inferredScore(measured, measured.value / 1000, bandWhenMeasured, 'measured')
  const tflops = card.facts?.fp32Tflops ?? null
  if (card.facts && isSpeed(tflops)) return inferredScore(boardSpeed(subject, tflops), tflops, bandFromBoardFacts, 'board-facts')
  return { octaneBench: null, sentence: 'No OctaneBench score is known for this card, and neither a measurement nor board facts to infer one from. Measure the card to get a band.' }
}

function isSpeed(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

/** Scores of before OctaneBench 2020 ("3.06.2", "4.00c") are on another scale. */
function isComparable(version: string | null): boolean {
  const major = Number.parseInt(version ?? '', 10)
  return !Number.isFinite(major) || major >= 2020
}

function importedScore(input: EstimateInput, score: number): Score {
  return {
    octaneBench: { cautious: score * (1 - bandWhenImported), expected: score, hopeful: score * (1 + bandWhenImported) },
    how: 'imported',
    sentence: `The OctaneBench score of ${Math.round(score)} is the one that was imported for this card (${input.note ?? 'as given'}), ± ${Math.round(bandWhenImported * 100)} %.`,
    inputs: [input],
  }
}

function citedScore(row: (typeof data.rows)[number]): Score {
  const version = row.version === null ? '' : ` ${row.version}`
  return {
    octaneBench: { cautious: row.score, expected: row.score, hopeful: row.score },
    how: 'cited',
    sentence: `The OctaneBench${version} score of ${row.score} is a published one for this model; your card's own may differ.`,
    inputs: [scoreInput('octanebench-score', 'OctaneBench score', row.score, {
      origin: 'bundled', source: row.source, takenAt: row.source.date === null ? null : dateOf(row.source.date), confidence: row.confidence === 'high' ? 'high' : row.confidence === 'medium' ? 'medium' : 'low',
    })],
  }
}

function inferredScore(speed: EstimateInput, tflops: number, halfBand: number, how: 'measured' | 'board-facts'): Score {
  const middle = tflops * scorePerTflops()
  const percent = Math.round(halfBand * 100)
  const from = how === 'measured' ? 'our own compute measurement' : 'the board\'s stated compute speed'
  const note = `inferred from ${from}: ${scorePerTflops().toFixed(1)} points a TFLOPS (mean of the cited scores), ± ${percent} %`
  const made = (id: string, label: string, value: number) =>
    scoreInput(id, label, value, { origin: 'assumed', source: officialTable, takenAt: speed.takenAt, confidence: 'low', note })
  return {
    octaneBench: { cautious: middle * (1 - halfBand), expected: middle, hopeful: middle * (1 + halfBand) },
    how,
    sentence: `No OctaneBench score could be cited for this card: it is inferred from ${from} with a band of ± ${percent} %. An OctaneBench run would narrow it.`,
    inputs: [
      speed,
      made('octanebench-score', 'OctaneBench score (inferred)', middle),
      made('octanebench-score-low', 'OctaneBench score, cautious', middle * (1 - halfBand)),
      made('octanebench-score-high', 'OctaneBench score, hopeful', middle * (1 + halfBand)),
    ],
  }
}

function boardSpeed(subject: EstimateSubject<unknown>, tflops: number): EstimateInput {
  const source = subject.card.facts?.sources[0] ?? null
  return {
    id: 'fp32-board', label: 'Single precision as the board states it', value: tflops, unit: 'TFLOPS', origin: 'bundled',
    source, takenAt: source?.date ? dateOf(source.date) : null, confidence: subject.card.facts?.confidence ?? 'low', stale: false,
  }
}

function dateOf(date: string): number | null {
  const time = Date.parse(date)
  return Number.isFinite(time) ? time : null
}

function scoreInput(id: string, label: string, value: number, rest: Pick<EstimateInput, 'origin' | 'source' | 'takenAt' | 'confidence' | 'note'>): EstimateInput {
  return { id, label, value, unit: 'OctaneBench', stale: false, ...rest }
}

/** The factor by which the tier scales the pay, as an input. */
export function tierInput(score: Scenarios): EstimateInput {
  const factor = tierFactor(score.expected)
  const isSplit = tierFactor(score.cautious) !== tierFactor(score.hopeful)
  return {
    id: 'tier-factor', label: factor === 1 ? 'Tier 2 (score above 300)' : 'Tier 3 (score up to 300)', value: factor, unit: '× tier-2 pay', origin: 'assumed',
    source: sources.tierRule, takenAt: Date.parse(sources.tierRule.date), confidence: 'low', stale: false,
    ...(isSplit ? { note: 'the band of the score crosses 300: the cautious scenario is tier 3, the hopeful one tier 2' } : {}),
  }
}
