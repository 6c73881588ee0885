/** The list of rules is whole: names of their own, hold-offs, and nothing made of a card of which nothing is known. */
import { describe, expect, it } from 'vitest'
import { cardRules, listingRules, machineRules } from '../../../main/health/rules.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import { card } from '../../helpers/health.ts'

const look = { at: Date.UTC(2026, 10, 23), steadyMs: 0, settings: defaultSettings }

describe('the rules', () => {
  it('have names of their own', () => {
    const ids = [...cardRules, ...listingRules, ...machineRules].map((rule) => rule.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })

  it.each([...cardRules, ...listingRules].map((rule) => [rule.id, rule] as const))('%s says nothing bad of a card that is not sampled or not listed, nor of one that is lost, but for being lost', (id, rule) => {
    for (const gpu of [null, card()]) expect(rule.judge({ ...look, gpuId: 'GPU-1', gpu, sample: null, silent: null }, undefined).judgement.is).not.toBe('bad')
    const lost = rule.judge({ ...look, gpuId: 'GPU-1', gpu: card({ lostSince: 5, remappedRows: { correctable: 0, uncorrectable: 1, pending: true, failed: true } }), sample: null, silent: 'gone' }, undefined)
    expect(lost.judgement.is).toBe(id === 'lost' ? 'bad' : 'clear')
  })

  it.each(machineRules.map((rule) => [rule.id, rule] as const))('%s says nothing bad of a machine that is well or unknown', (_id, rule) => {
    const { judgement } = rule.judge({ ...look, recording: { phase: 'off', sentence: '' }, disk: { freeBytes: null, totalBytes: null }, events: [], clockJumpMs: null }, undefined)
    expect(judgement.is).not.toBe('bad')
  })
})
