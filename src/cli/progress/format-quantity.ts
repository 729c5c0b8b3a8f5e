/** Numbers as people read them: `12.4 GiB`, `650 k`, `1h04m`. Pure text. */

import type { ProgressUnit } from '../../operations/progress.js'

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const DECIMAL = ['', ' k', ' M', ' G', ' T'] as const

export function formatBytes(bytes: number): string {
  const { value, step } = scale(bytes, 1024, BINARY.length)
  return `${step === 0 ? String(Math.round(value)) : threeDigits(value)} ${BINARY[step]}`
}

/** `950`, `12.4 k`, `9.80 M`. */
export function formatCount(count: number): string {
  const { value, step } = scale(count, 1000, DECIMAL.length)
  return (step === 0 ? String(Math.round(value)) : threeDigits(value)) + DECIMAL[step]
}

export function formatQuantity(value: number, unit: ProgressUnit): string {
  return unit === 'bytes' ? formatBytes(value) : `${formatCount(value)} ${unit}`
}

/** `41s`, `1m31s`, `4h10m`, `3d04h`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}m${pad(whole % 60)}s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours}h${pad(minutes % 60)}m` : `${Math.floor(hours / 24)}d${pad(hours % 24)}h`
}

/** How long ago, as a word: `41 s`, `12 m`, `4 h`, `3 d`. */
export function formatAge(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const
  const [name, length] = units.find(([, unit]) => seconds >= unit) ?? ['s', 1]
  return `${Math.max(0, Math.floor(seconds / length))} ${name}`
}

function scale(value: number, base: number, stepCount: number): { value: number; step: number } {
  let step = 0
  // 999.5 would print as four digits.
  while (value >= base - 0.5 && step < stepCount - 1) {
    value /= base
    step++
  }
  return { value, step }
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** `1 row`, `2.5 k rows`: words that take an s. */
export function formatCounted(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`
}
