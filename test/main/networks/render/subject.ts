/** Makes the subject of an estimate from a model's name: the real table, a RENDER price of 2.01 USD, no machine. */
import { join } from 'node:path'
import type { EstimateInput } from '../../../../shared/earnings.ts'
import type { Machine } from '../../../../shared/machine.ts'
import { loadGpuTable } from '../../../../main/earnings/gpu-table.ts'
import type { Card, EstimateSubject, MarketReading } from '../../../../main/networks/network.ts'

const table = loadGpuTable(join(import.meta.dirname, '../../../../resources'))

export function cardOf(model: string, change: Partial<Card> = {}): Card {
  const facts = table.find(model)
  return {
    name: model,
    model: facts?.model ?? null,
    facts,
    vendor: facts?.vendor ?? 'nvidia',
    kind: 'gpu',
    memoryBytes: facts?.memoryBytes ?? null,
    pciDeviceIds: facts?.pciDeviceIds ?? [],
    driverVersion: null,
    cudaVersion: null,
    cudaComputeCapability: facts?.cudaComputeCapability ?? null,
    pcieLanesMax: null,
    isIntegrated: null,
    gpu: null,
    ...change,
  }
}

export function machineOf(change: Partial<Machine> = {}): Machine {
  return {
    platform: 'win32', arch: 'x64', os: 'Windows 11 Pro', osVersion: '10.0.26100', cpuName: null, cpuCores: 16, memoryBytes: 64 * 1024 ** 3,
    diskFreeBytes: 812e9, diskTotalBytes: 2e12, isVirtual: false, isWsl: false, hasDocker: null, downMbps: null, upMbps: null, uptimeSeconds: null, surroundings: null, recorded: null, ...change,
  }
}

export function input(id: string, value: number | null, unit: string): EstimateInput {
  return { id, label: id, value, unit, origin: 'user', source: null, takenAt: null, confidence: 'high', stale: false }
}

export function subjectOf<Market>(model: string, change: Partial<EstimateSubject<Market>> = {}): EstimateSubject<Market> {
  return {
    at: Date.parse('2026-11-23T12:00:00Z'),
    card: cardOf(model),
    count: 1,
    gpusInMachine: 1,
    modelsInMachine: 1,
    machine: null,
    market: null,
    tokenUsd: (symbol) => (symbol === 'RENDER' ? input('token-price-render', 2.01, 'USD') : null),
    measured: () => null,
    octaneScore: null,
    factor: () => 1,
    ...change,
  }
}

export function readingOf<Market>(value: Market): MarketReading<Market> {
  return { value, origin: 'user', source: { url: 'https://example.org', date: null }, takenAt: null, stale: false, confidence: 'medium' }
}
